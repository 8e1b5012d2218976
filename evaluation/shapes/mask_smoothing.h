// Smoothed masks, from which a surface is placed between voxels.
#pragma once

#include <cstdint>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

// The mask convolved along each axis with 2 B - B * B, where B is the binomial kernel of width 5:
// a low pass that keeps polynomials of third degree, so that curved surfaces do not shrink. Outside
// of the volume the mask is 0; a flat image is smoothed along y and x only.
std::vector<float> smooth_mask(const std::vector<std::uint8_t>& mask, const Extent& size,
                               bool flat);

}  // namespace voxarena
