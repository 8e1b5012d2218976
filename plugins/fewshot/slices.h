// Slices at another size.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace voxarena::fewshot {

// Slices scaled to side x side with antialiasing, each of mean 0 and deviation 1: (S, C, side,
// side).
at::Tensor thumbnails(const at::Tensor& slices, std::int64_t side);

// int64 (h, w) → float32 (classes, height, width): one-hot masks, scaled linearly.
at::Tensor scaled_masks(const at::Tensor& labels, std::int64_t classes, std::int64_t height,
                        std::int64_t width);

}  // namespace voxarena::fewshot
