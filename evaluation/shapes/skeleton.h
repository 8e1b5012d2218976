// Skeletons by thinning.
#pragma once

#include <cstdint>
#include <vector>

#include "evaluation/shapes/mask_pair.h"

namespace voxarena {

// 1 where a voxel belongs to the centre line of `mask`: Lee, Kashyap & Chu, "Building skeleton
// models via 3-D medial surface/axis thinning algorithms" (1994), visiting voxels in the same order
// as scikit-image's skeletonize(method="lee"). A mask that is not flat has an empty margin.
std::vector<std::uint8_t> skeleton(const std::vector<std::uint8_t>& mask, const Extent& size,
                                   bool flat);

}  // namespace voxarena
