// Labels that the first stage of a cascade predicted, on the grid of the second stage's
// preprocessed case: nnU-Net's predicted_next_stage/<configuration>/{case}.b2nd, (Z, Y, X),
// unsigned.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "voxarena/data/volume.h"

namespace voxarena {

using PreviousStageFiles = std::map<std::string, std::filesystem::path>;  // by case id

// Error (input) naming the case if `files` lack it.
const std::filesystem::path& previous_stage_file(const PreviousStageFiles& files,
                                                 const std::string& id);

// Atomic. `patch` decides chunk and block shapes; labels are not negative.
void write_previous_stage(const std::filesystem::path& file, const Volume<std::int16_t>& labels,
                          const Extent& patch);

// One such file, opened for windows. May be read by several threads at once.
class PreviousStage {
 public:
  // Error (input) naming the file if it is missing, damaged, or not of `size`, the case's.
  PreviousStage(const std::filesystem::path& file, const Extent& size);
  ~PreviousStage();
  PreviousStage(PreviousStage&&) noexcept;

  // Voxels of `window`, which may reach outside the volume: -1 there.
  Volume<std::int16_t> read(const Box& window) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace voxarena
