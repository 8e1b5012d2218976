#include "plugins/sam/relative_attention.h"

#include <ATen/ops/_softmax.h>
#include <ATen/ops/add.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/baddbmm.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/upsample_linear1d.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace voxarena::sam {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Inputs {
  at::Tensor q, k, v, row, column;
  double scale;

  std::int64_t groups() const { return q.size(0); }
  std::int64_t tokens() const { return q.size(1); }
};

// Some queries of some groups.
struct Chunk {
  std::int64_t group, groups, query, queries;

  at::Tensor keys(const at::Tensor& x) const { return x.narrow(0, group, groups); }
  at::Tensor rows(const at::Tensor& x) const { return keys(x).narrow(1, query, queries); }
};

// Small enough for the processor's cache, large enough to keep its threads busy.
constexpr std::int64_t kLogits = 1 << 21;

template <class Visit>
void for_each_chunk(const Inputs& in, Visit visit) {
  const std::int64_t tokens = in.tokens();
  const std::int64_t groups = std::clamp(kLogits / (tokens * tokens), std::int64_t{1}, in.groups());
  const std::int64_t queries = std::clamp(kLogits / (tokens * groups), std::int64_t{1}, tokens);
  at::Tensor buffer = at::empty({groups * queries * tokens}, in.q.options());
  for (std::int64_t g = 0; g < in.groups(); g += groups) {
    for (std::int64_t i = 0; i < tokens; i += queries) {
      const Chunk chunk{g, std::min(groups, in.groups() - g), i, std::min(queries, tokens - i)};
      const std::int64_t size = chunk.groups * chunk.queries * tokens;
      visit(chunk, buffer.narrow(0, 0, size).view({chunk.groups, chunk.queries, tokens}));
    }
  }
}

// Attention weights of a chunk, written into `weights`.
void weigh(const Inputs& in, const Chunk& chunk, at::Tensor weights) {
  const at::Tensor row = chunk.rows(in.row), column = chunk.rows(in.column);
  at::Tensor grid = weights.view({chunk.groups, chunk.queries, row.size(2), column.size(2)});
  at::add_out(grid, row.unsqueeze(3), column.unsqueeze(2));
  at::baddbmm_out(weights, weights, chunk.rows(in.q), chunk.keys(in.k).transpose(1, 2), 1,
                  in.scale);
  at::_softmax_out(weights, weights, -1, false);
}

at::Tensor attend(const Inputs& in) {
  at::Tensor out = at::empty(in.v.sizes(), in.v.options());
  for_each_chunk(in, [&](const Chunk& chunk, const at::Tensor& weights) {
    weigh(in, chunk, weights);
    chunk.rows(out).copy_(at::bmm(weights, chunk.keys(in.v)));
  });
  return out;
}

// Gradients of q, k, v, row and column.
variable_list attend_backward(const Inputs& in, const at::Tensor& out, const at::Tensor& gradient) {
  const at::Tensor dq = at::empty_like(in.q, at::MemoryFormat::Contiguous),
                   dk = at::zeros_like(in.k, at::MemoryFormat::Contiguous),
                   dv = at::zeros_like(in.v, at::MemoryFormat::Contiguous),
                   drow = at::empty_like(in.row, at::MemoryFormat::Contiguous),
                   dcolumn = at::empty_like(in.column, at::MemoryFormat::Contiguous);
  for_each_chunk(in, [&](const Chunk& chunk, const at::Tensor& weights) {
    weigh(in, chunk, weights);
    const at::Tensor dout = chunk.rows(gradient);
    chunk.keys(dv) += at::bmm(weights.transpose(1, 2), dout);
    at::Tensor dlogits = at::bmm(dout, chunk.keys(in.v).transpose(1, 2));
    dlogits.sub_((dout * chunk.rows(out)).sum(-1, true)).mul_(weights);
    const at::Tensor grid =
        dlogits.view({chunk.groups, chunk.queries, in.row.size(2), in.column.size(2)});
    chunk.rows(drow).copy_(grid.sum(3));
    chunk.rows(dcolumn).copy_(grid.sum(2));
    dlogits.mul_(in.scale);
    chunk.rows(dq).copy_(at::bmm(dlogits, chunk.keys(in.k)));
    chunk.keys(dk) += at::bmm(dlogits.transpose(1, 2), chunk.rows(in.q));
  });
  return {dq, dk, dv, drow, dcolumn};
}

// Keeps the inputs for the backward pass, not the logits.
struct ChunkedAttention : torch::autograd::Function<ChunkedAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k,
                            const at::Tensor& v, const at::Tensor& row, const at::Tensor& column,
                            double scale) {
    at::Tensor out = attend({q, k, v, row, column, scale});
    context->save_for_backward({q, k, v, row, column, out});
    context->saved_data["scale"] = scale;
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Inputs in{saved[0], saved[1], saved[2],
                    saved[3], saved[4], context->saved_data["scale"].toDouble()};
    const at::NoGradGuard no_second_derivative;
    variable_list result = attend_backward(in, saved[5], gradients[0].contiguous());
    result.emplace_back();  // of the scale
    return result;
  }
};

}  // namespace

at::Tensor grid_attention_in_chunks(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const at::Tensor& row, const at::Tensor& column, double scale) {
  return ChunkedAttention::apply(q, k, v, row, column, scale);
}

// q kᵀ + bias = [q, row, column] [k, one-hot y, one-hot x]ᵀ
at::Tensor grid_attention_fused(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                const at::Tensor& row, const at::Tensor& column, double scale) {
  constexpr std::int64_t kAlignment = 8;  // of the kernels' components
  const std::int64_t height = row.size(2), width = column.size(2);
  const at::Tensor y = at::eye(height, k.options()).repeat_interleave(width, 0);
  const at::Tensor x = at::eye(width, k.options()).repeat({height, 1});
  const at::Tensor place = at::cat({y, x}, 1).unsqueeze(0).expand({k.size(0), -1, -1});
  const std::int64_t fill = -(q.size(2) + height + width) & (kAlignment - 1);
  const at::Tensor queries = at::constant_pad_nd(at::cat({q * scale, row, column}, 2), {0, fill});
  const at::Tensor keys = at::constant_pad_nd(at::cat({k, place}, 2), {0, fill});
  return at::scaled_dot_product_attention(queries.unsqueeze(0), keys.unsqueeze(0), v.unsqueeze(0),
                                          {}, 0.0, false, 1.0)
      .squeeze(0);
}

at::Tensor grid_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const at::Tensor& row, const at::Tensor& column, double scale) {
  const bool chunked = q.is_cpu() && q.scalar_type() == at::kFloat;
  return (chunked ? grid_attention_in_chunks : grid_attention_fused)(q, k, v, row, column, scale);
}

at::Tensor relative_rows(const at::Tensor& table, std::int64_t size) {
  const std::int64_t rows = 2 * size - 1;
  at::Tensor fitted = table;
  if (table.size(0) != rows)
    fitted = at::upsample_linear1d(table.t().unsqueeze(0), rows, false).squeeze(0).t();
  const at::Tensor place = at::arange(size, table.options().dtype(at::kLong));
  const at::Tensor distance = place.unsqueeze(1) - place.unsqueeze(0) + (size - 1);
  return fitted.index_select(0, distance.flatten()).view({size, size, table.size(1)});
}

}  // namespace voxarena::sam
