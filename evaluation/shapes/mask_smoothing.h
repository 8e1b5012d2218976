// Smoothed masks, from which a surface is placed between voxels.
#pragma once

#include <cstdint>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

// Along an axis the mask is convolved with 2 B - B * B, where B is the binomial kernel of width 2 w
// + 1 (variance w / 2): a low pass that keeps polynomials of third degree, so that curved surfaces
// do not shrink. It reaches 2 w voxels to either side. These are the widths w along z, y and x: 4,
// and up to 8 along axes whose voxels are shorter than others, so that the steps of thick slices
// are smoothed over their length; 0 along z of a flat image.
Extent smoothing_widths(const Spacing& spacing, bool flat);

// Outside of the volume the mask is 0. Values are there only for voxels of which one of the six
// neighbours is of the other kind; others are not computed.
std::vector<float> smooth_mask(const std::vector<std::uint8_t>& mask, const Extent& size,
                               const Extent& widths);

}  // namespace voxarena
