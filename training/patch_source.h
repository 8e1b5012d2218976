// Where the sampler gets voxels from: one preprocessed case that can be read window by window.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "voxarena/data/previous_stage.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// Voxels (z, y, x) of each label, as preprocessing drew them.
using ClassLocations = std::map<int, std::vector<std::array<std::int32_t, 3>>>;

// Reads may come from several threads at once.
class PatchSource {
 public:
  virtual ~PatchSource() = default;

  virtual const std::string& id() const = 0;
  virtual const Extent& size() const = 0;
  virtual std::int64_t channels() const = 0;
  virtual const ClassLocations& class_locations() const = 0;

  // Voxels of `window`, which may reach outside the volume: image 0 and label -1 there. Labels of a
  // cascade have a second channel: the prediction of the previous stage.
  virtual Volume<float> read_data(const Box& window) const = 0;
  virtual Volume<std::int16_t> read_seg(const Box& window) const = 0;
};

using PatchSources = std::vector<std::shared_ptr<const PatchSource>>;

// The cases `ids` of a preprocessed store, in a cascade with their files of the previous stage.
// Error (input) that names the case if one cannot be opened.
PatchSources open_patch_sources(const std::filesystem::path& folder,
                                const std::vector<std::string>& ids,
                                const PreviousStageFiles* previous_stage = nullptr);

}  // namespace voxarena
