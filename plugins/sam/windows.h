// Maps of tokens cut into square windows and put together again.
#pragma once

#include <ATen/core/Tensor.h>

namespace voxarena::sam {

// (N, h, w, C) → (N · windows, size, size, C), filled up with zeros below and to the right.
at::Tensor partition(const at::Tensor& x, std::int64_t size);

// The reverse for a grid of height x width.
at::Tensor join(const at::Tensor& windows, std::int64_t height, std::int64_t width);

}  // namespace voxarena::sam
