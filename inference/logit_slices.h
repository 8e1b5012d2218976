// Logits on the network's grid, interpolated slice by slice to the grid of the cropped case: what
// labels and probabilities are made of.
#pragma once

#include <array>
#include <vector>

#include "voxarena/data/labels.h"
#include "voxarena/data/store.h"
#include "voxarena/data/volume.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

// An output coordinate along one axis: (1 - weight) * input[first] + weight * input[second].
struct Tap {
  std::int64_t first = 0, second = 0;
  double weight = 0;
};

struct LogitGrid {
  const Volume<float>& logits;           // (K, Z, Y, X)
  std::array<std::vector<Tap>, 3> taps;  // one for every output voxel of an axis
};

// Linear (nearest neighbour along a thick axis) as the plans say. Errors (input): a number of
// classes that does not match `labels`, a crop that does not match the shapes, an order but 0 or 1.
LogitGrid logit_grid(const Volume<float>& logits, const CaseProperties& properties,
                     const Plans& plans, const Configuration& configuration, const Labels& labels);

// The same onto the grid of `size` voxels of a cascade's next stage. nnU-Net treats no axis on its
// own unless the first stage's spacing alone asks for it.
LogitGrid next_stage_grid(const Volume<float>& logits, const Extent& size,
                          const CaseProperties& properties, const Plans& plans,
                          const Configuration& configuration, const Labels& labels);

// Every thread needs one of its own.
class SliceInterpolator {
 public:
  explicit SliceInterpolator(const LogitGrid& grid);

  // Values (y, x) of class `k` in output slice `z`, in float32 as nnU-Net stores them; until the
  // next call.
  const std::vector<float>& slice(std::int64_t k, std::int64_t z);

 private:
  void interpolate_row(std::size_t y);

  const LogitGrid& grid_;
  std::vector<double> plane_, row_;
  std::vector<float> values_;
};

// Where the voxels of the cropped case lie in the array of its file.
struct FilePlace {
  Extent size{};    // of the file
  Extent stride{};  // of the case's axes in the file's array
  std::int64_t first = 0;

  std::int64_t row(std::int64_t z, std::int64_t y) const {
    return first + z * stride[0] + y * stride[1];
  }
};

FilePlace file_place(const CaseProperties& properties, const Plans& plans);

}  // namespace voxarena
