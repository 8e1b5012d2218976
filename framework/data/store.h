// Preprocessed cases on disk, as nnU-Net keeps them: {case}.b2nd and {case}_seg.b2nd (Blosc2), and
// {case}.pkl for properties and the sampler's voxels. Python trains on what is written here, and
// what Python wrote is read. Windows are read by decoding only the blocks they touch.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "voxarena/data/block_shape.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// Per label value or region index: up to 10000+ voxels (z, y, x) in the resampled volume.
using ClassLocations = std::map<int, std::vector<std::array<std::int32_t, 3>>>;

// Key of the list of all annotated voxels, which only data sets with an ignore label have.
inline constexpr int kAnnotatedVoxels = -1;

// What such a list is called in nnU-Net's file where that is not its key: the labels of a region,
// or -1 and all labels for the annotated voxels.
struct LocationLabels {
  std::vector<int> values;
  bool is_list = true;  // declared as a list, be it of one label

  bool annotated() const { return is_list && !values.empty() && values.front() == -1; }
  bool operator==(const LocationLabels&) const = default;
};

// What export and sampling need to know of a preprocessed case. All shapes and boxes in transposed
// axes.
struct CaseProperties {
  Geometry geometry;  // of the original files
  Extent shape_before_cropping{};
  Box crop;                       // of the nonzero region
  Extent shape_after_cropping{};  // before resampling
  ClassLocations class_locations;
  std::map<int, LocationLabels> location_labels;  // by key of class_locations
};

struct PreprocessedCase {
  Volume<float> data;  // (C, Z, Y, X), transposed, cropped, normalised, resampled
  Volume<std::int16_t>
      seg;  // one channel; -1 outside the nonzero region, else labels; may be empty in memory
  CaseProperties properties;
};

class CaseStore {
 public:
  // `patch` (z, y, x; z = 1 for 2-D) decides chunk and block shapes when writing.
  CaseStore(std::filesystem::path folder, const Extent& patch);
  ~CaseStore();

  const std::filesystem::path& folder() const { return folder_; }
  bool has(const std::string& id) const;   // all files of the case are there
  std::vector<std::string> cases() const;  // complete ones, sorted
  // Each file is complete or absent, whenever the process is killed. Needs a segmentation of the
  // image's size.
  void write(const std::string& id, const PreprocessedCase& preprocessed) const;
  PreprocessedCase read(const std::string& id) const;  // whole case
  void remove(const std::string& id) const;            // all files of the case

 private:
  std::filesystem::path folder_;
  Extent patch_;
};

// One case opened for reading windows. Cheap to keep open; everything may be called from several
// threads at once. Errors (input) name the damaged file.
class StoredCase {
 public:
  StoredCase(const std::filesystem::path& folder, const std::string& id);
  ~StoredCase();
  StoredCase(StoredCase&&) noexcept;

  const Extent& size() const;
  std::int64_t channels() const;
  const CaseProperties& properties() const;       // without class_locations and location_labels
  const ClassLocations& class_locations() const;  // read at the first call

  // Voxels of `window`, which may reach outside the volume: image 0 and label -1 there.
  Volume<float> read_data(const Box& window) const;
  Volume<std::int16_t> read_seg(const Box& window) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace voxarena
