// Simulated low resolution (batchgeneratorsv2's SimulateLowResolutionTransform).
#pragma once

#include <array>
#include <span>

#include "voxarena/data/volume.h"

namespace voxarena {

// Takes every axis down to round(size * scale) voxels by nearest neighbour and back up by linear
// interpolation, both with voxel centres aligned (PyTorch's "nearest-exact" and "trilinear"). Scale
// 1 leaves an axis as it is.
void simulate_low_resolution(std::span<float> voxels, const Extent& size,
                             const std::array<double, 3>& scale);

}  // namespace voxarena
