// Attention over a grid of tokens with decomposed relative positions, in bounded memory.
#pragma once

#include <ATen/core/Tensor.h>

namespace voxarena::sam {

// softmax(scale · q kᵀ + bias) v for q, k, v (G, h · w, d), where the bias of query i and key
// (y, x) is row[i, y] + column[i, x]; `row` (G, h · w, h), `column` (G, h · w, w). On the CPU in
// float32 the logits exist for a few thousand rows at a time only, in training too (backward
// computes them again); elsewhere the bias becomes further components of q and k, so that
// LibTorch's fused kernels take it.
at::Tensor grid_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const at::Tensor& row, const at::Tensor& column, double scale);

// The two ways of the function above.
at::Tensor grid_attention_in_chunks(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const at::Tensor& row, const at::Tensor& column, double scale);
at::Tensor grid_attention_fused(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                const at::Tensor& row, const at::Tensor& column, double scale);

// Rows of `table` (2 S - 1, d) for every pair of positions on an axis of `size`: (size, size, d),
// entry (i, j) = row i - j + size - 1. A table of another length is first resized linearly to
// 2 size - 1 rows.
at::Tensor relative_rows(const at::Tensor& table, std::int64_t size);

}  // namespace voxarena::sam
