// Slices as the pictures that SAM was trained with.
#pragma once

#include <ATen/core/Tensor.h>

namespace voxarena::sam {

// (C, h, w) → (3, h, w) in 0 ... 1: each channel from its least to its largest value, a flat one 0.
// One channel is grey, three are red, green and blue, of any other number the mean is grey.
at::Tensor as_picture(const at::Tensor& slice);

}  // namespace voxarena::sam
