// Where the windows of a sliding window lie and how much each of their voxels counts (nnU-Net's
// sliding_window_prediction.py and pad_nd_image).
#pragma once

#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

// First voxels of the windows along one axis: `size` >= `patch`, the distance is at most `step` (0
// < step <= 1) patches.
std::vector<std::int64_t> window_positions(std::int64_t size, std::int64_t patch, double step);

// First corners of all windows, axis 0 outermost. A patch of one slice visits every slice.
std::vector<Extent> window_corners(const Extent& size, const Extent& patch, double step);

// Zeros around an image that is smaller than the patch: the image lies at `image` inside `size`
// voxels, centred, the odd voxel behind.
struct Padding {
  Extent size{};
  Box image;

  bool any() const { return image.size() != size; }
};
Padding padding_to_patch(const Extent& image, const Extent& patch);

// Importance of each voxel of a patch (z, y, x): a Gaussian of sigma patch / 8 around patch / 2
// with maximum 10, cut at four sigma, rounded to half precision, zeros replaced by the smallest
// other value: nnU-Net's map within one fp16 ulp.
std::vector<float> gaussian_importance(const Extent& patch);

}  // namespace voxarena
