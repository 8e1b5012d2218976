// How the connected components of the reference and of the prediction of a class overlap.
#pragma once

#include <cstdint>
#include <vector>

#include "evaluation/shapes/mask_pair.h"

namespace voxarena {

struct ComponentOverlap {
  struct Pair {
    std::int32_t reference = 0, prediction = 0;
    std::int64_t voxels = 0;
  };
  std::vector<std::int64_t> reference_sizes, prediction_sizes;
  std::vector<Pair> pairs;  // that share a voxel, sorted
};

ComponentOverlap overlap_components(const MaskPair& masks);

}  // namespace voxarena
