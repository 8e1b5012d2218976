// Connected components of the masks of a class, and how those of the reference and of the
// prediction overlap.
#pragma once

#include <cstdint>
#include <vector>

#include "evaluation/shapes/mask_pair.h"

namespace voxarena {

// Voxels that touch with a face, an edge or a corner (26 neighbours, 8 in a flat image) are
// connected.
struct Components {
  struct Run {
    std::int32_t first = 0, last = 0;  // x, both included
    std::int32_t component = 0;
  };
  std::vector<Run> runs;               // in the order of voxels
  std::vector<std::size_t> row_start;  // first run of each row (z, y); one more at the end
  std::vector<std::int64_t> sizes;     // voxels of each component
};

Components connected_components(const std::vector<std::uint8_t>& mask, const Extent& size);

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
