// Masks compared at random points instead of everywhere (PointRend, Kirillov et al., CVPR 2020; as
// used by Mask2Former). Points (x, y) lie in [0, 1]^2 of the mask.
#pragma once

#include <ATen/core/Tensor.h>

namespace voxarena::masksam {

// `masks` (M, C, H, W) at `points` (M, P, 2): bilinear between pixel centres, 0 outside → (M, C,
// P).
at::Tensor sample(const at::Tensor& masks, const at::Tensor& points);

// Uniform points (count, points, 2) from LibTorch's global generator, on the device of `like`.
at::Tensor random_points(std::int64_t count, std::int64_t points, const at::Tensor& like);

// `points` points for every one of `logits` (M, H, W): three quarters are the most uncertain (least
// |logit|) of twice as many random ones as asked for, the others are random → (M, points, 2).
at::Tensor uncertain_points(const at::Tensor& logits, std::int64_t points);

}  // namespace voxarena::masksam
