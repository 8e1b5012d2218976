// Volumes as stacks of slices across one axis, in tensors.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena::fewshot {

// float32 (S, C, h, w): slice s lies across `axis` (0: z, 1: y, 2: x) of the image.
at::Tensor slices_of(const Volume<float>& image, int axis);
// int64 (S, h, w).
at::Tensor slices_of(const Volume<std::int16_t>& labels, int axis);

// (S, K, h, w) across `axis` → (K, Z, Y, X).
at::Tensor stack_across(const at::Tensor& slices, int axis);

// Slices scaled to side x side with antialiasing, each of mean 0 and deviation 1: (S, C, side,
// side).
at::Tensor thumbnails(const at::Tensor& slices, std::int64_t side);

// int64 (h, w) → float32 (classes, height, width): one-hot masks, scaled linearly.
at::Tensor scaled_masks(const at::Tensor& labels, std::int64_t classes, std::int64_t height,
                        std::int64_t width);

// The axes an option names: "z", "y", "x" or "all".
std::vector<int> parse_axes(const std::string& option);

}  // namespace voxarena::fewshot
