// Volumes as stacks of slices in tensors, and slices as the pictures that SAM was trained with.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena::sam {

// float32 (S, C, h, w): slice s lies across `axis` (0: z, 1: y, 2: x) of the image.
at::Tensor slices_of(const Volume<float>& image, int axis);
// int64 (S, h, w).
at::Tensor slices_of(const Volume<std::int16_t>& labels, int axis);

// float32 (S, K, h, w) across `axis` → (K, Z, Y, X).
Volume<float> stack_across(const at::Tensor& slices, int axis);

// (C, h, w) → (3, h, w) in 0 ... 1: each channel from its least to its largest value, a flat one 0.
// One channel is grey, three are red, green and blue, of any other number the mean is grey.
at::Tensor as_picture(const at::Tensor& slice);

// The axes an option names: "z", "y", "x" or "all".
std::vector<int> parse_axes(const std::string& option);

}  // namespace voxarena::sam
