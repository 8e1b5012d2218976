// Connected components of a mask.
#pragma once

#include <cstdint>
#include <vector>

#include "voxarena/data/volume.h"

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

}  // namespace voxarena
