// Pictures of whole numbers scaled as Python's Pillow does it, to the last bit (but for sizes where
// Pillow 13 takes rows before columns).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace voxarena::fatesam {

// float64 (..., h, w) of whole numbers 0 ... 255 → (..., height, width): bicubic (a = -1/2), with
// antialiasing where it shrinks, columns before rows; weights are rounded to 22 bits and every
// pass to whole numbers 0 ... 255.
at::Tensor resize_eight_bits(const at::Tensor& picture, std::int64_t height, std::int64_t width);

}  // namespace voxarena::fatesam
