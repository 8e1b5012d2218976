// The position codes of SAM 2, all without weights.
#pragma once

#include <ATen/core/Tensor.h>

#include "plugins/sam/config.h"

namespace voxarena::sam2 {

using sam::Extent;

// Sines and cosines of both coordinates, which run from 1 / size to 1 over 2 pi: (1, channels, h,
// w), first half y, second half x. As DETR's (Carion et al., ECCV 2020), which SAM 2 shares.
at::Tensor sine_code(std::int64_t channels, Extent grid, const at::TensorOptions& options);

// Of numbers (n): (n, channels), sines, then cosines.
at::Tensor sine_code(const at::Tensor& numbers, std::int64_t channels);

// Axial rotary positions (Heo et al., arXiv 2403.13298): unit complex numbers (h w, dim / 2) of a
// grid's tokens in rows; the first half turns with x, the second with y.
at::Tensor rotations(std::int64_t dim, Extent grid, const at::TensorOptions& options);

// x (..., m · n, dim), m times the n tokens that `rotations` (n, dim / 2) are made for;
// neighbouring channels are a complex number.
at::Tensor rotate(const at::Tensor& x, const at::Tensor& rotations);

}  // namespace voxarena::sam2
