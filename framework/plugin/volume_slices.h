// Volumes as stacks of slices in tensors, for methods that look at slices.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

// float32 (S, C, h, w), a copy: slice s lies across `axis` (0: z, 1: y, 2: x) of the image.
at::Tensor slices_of(const Volume<float>& image, int axis);
// int64 (S, h, w).
at::Tensor slices_of(const Volume<std::int16_t>& labels, int axis);

// (S, K, h, w) across `axis` → (K, Z, Y, X).
at::Tensor stack_across(const at::Tensor& slices, int axis);

// (K, Z, Y, X) of any device → float32.
Volume<float> volume_of(const at::Tensor& values);

// The axes an option names: "z", "y", "x" or "all".
std::vector<int> parse_axes(const std::string& option);

}  // namespace voxarena
