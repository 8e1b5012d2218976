// Surfaces made of voxel centres, as MedPy, MONAI and Metrics Reloaded take them: the voxels of a
// mask that touch its outside with a face.
#pragma once

#include <cstdint>
#include <vector>

#include "evaluation/shapes/mask_pair.h"
#include "evaluation/shapes/surface_distances.h"

namespace voxarena {

// A mask minus its erosion by the cross of 6 neighbours (4 in a flat image).
std::vector<std::uint8_t> border_voxels(const std::vector<std::uint8_t>& mask, const Extent& size,
                                        bool flat);

// All elements count the same. Neither mask may be empty.
SurfaceDistances voxel_surface_distances(const MaskPair& masks);

}  // namespace voxarena
