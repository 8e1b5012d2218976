#include "plugins/sam/sam2/memory_attention.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_softmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <algorithm>
#include <cmath>

#include "plugins/sam/sam2/position_codes.h"

namespace voxarena::sam2 {
namespace {

constexpr double kLayerEpsilon = 1e-5;

// softmax(q kᵀ / sqrt(d)) v for q (P, n, d), k (P, m, d), v (P, m, c), without gradients; the
// logits exist for a few queries at a time.
at::Tensor attend_in_chunks(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  constexpr std::int64_t kLogits = 1 << 21;
  const std::int64_t objects = k.size(0), queries = q.size(1), keys = k.size(1);
  const std::int64_t most = std::clamp(kLogits / keys, std::int64_t{1}, queries);
  const at::Tensor scaled = q / std::sqrt(static_cast<double>(q.size(2)));
  at::Tensor out = at::empty({objects, queries, v.size(2)}, v.options());
  const at::Tensor buffer = at::empty({most, keys}, q.options());
  for (std::int64_t p = 0; p < objects; ++p) {
    const at::Tensor own = scaled[q.size(0) == 1 ? 0 : p], turned = k[p].t();
    for (std::int64_t i = 0; i < queries; i += most) {
      const std::int64_t count = std::min(most, queries - i);
      at::Tensor weights = buffer.narrow(0, 0, count), rows = out[p].narrow(0, i, count);
      at::mm_out(weights, own.narrow(0, i, count), turned);
      at::_softmax_out(weights, weights, -1, false);
      at::mm_out(rows, weights, v[p]);
    }
  }
  return out;
}

}  // namespace

RotaryAttention::RotaryAttention(std::int64_t dim, std::int64_t key_dim)
    : q_proj_(register_module("q_proj", std::make_shared<sam::Linear>(dim, dim))),
      k_proj_(register_module("k_proj", std::make_shared<sam::Linear>(key_dim, dim))),
      v_proj_(register_module("v_proj", std::make_shared<sam::Linear>(key_dim, dim))),
      out_proj_(register_module("out_proj", std::make_shared<sam::Linear>(dim, dim))) {}

at::Tensor RotaryAttention::forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const at::Tensor& rotations, std::int64_t unplaced) const {
  const at::Tensor query = rotate(q_proj_->forward(q), rotations);
  at::Tensor key = k_proj_->forward(k);
  const std::int64_t placed = key.size(1) - unplaced;
  const at::Tensor turned = rotate(key.narrow(1, 0, placed), rotations);
  key = unplaced == 0 ? turned : at::cat({turned, key.narrow(1, placed, unplaced)}, 1);
  // Weights add up to one, so that the projection of values may follow the sum over narrow ones.
  if (v.size(2) < query.size(2) && query.is_cpu() && query.scalar_type() == at::kFloat &&
      !at::GradMode::is_enabled()) {
    return out_proj_->forward(v_proj_->forward(attend_in_chunks(query, key, v)));
  }
  const at::Tensor out =
      at::scaled_dot_product_attention(query.expand({key.size(0), -1, -1}).unsqueeze(1),
                                       key.unsqueeze(1), v_proj_->forward(v).unsqueeze(1));
  return out_proj_->forward(out.squeeze(1));
}

MemoryAttentionLayer::MemoryAttentionLayer(const Config& config)
    : self_attn_(
          register_module("self_attn", std::make_shared<RotaryAttention>(config.dim, config.dim))),
      cross_attn_image_(register_module(
          "cross_attn_image", std::make_shared<RotaryAttention>(config.dim, config.memory_dim))),
      linear1_(register_module("linear1",
                               std::make_shared<sam::Linear>(config.dim, config.attention_mlp))),
      linear2_(register_module("linear2",
                               std::make_shared<sam::Linear>(config.attention_mlp, config.dim))),
      norm1_(register_module("norm1", std::make_shared<sam::LayerNorm>(config.dim, kLayerEpsilon))),
      norm2_(register_module("norm2", std::make_shared<sam::LayerNorm>(config.dim, kLayerEpsilon))),
      norm3_(
          register_module("norm3", std::make_shared<sam::LayerNorm>(config.dim, kLayerEpsilon))) {}

at::Tensor MemoryAttentionLayer::forward(at::Tensor x, const MemoryTokens& memory,
                                         const at::Tensor& rotations) const {
  const at::Tensor own = norm1_->forward(x);
  x = x + self_attn_->forward(own, own, own, rotations);
  x = x + cross_attn_image_->forward(norm2_->forward(x), memory.values + memory.codes,
                                     memory.values, rotations, memory.pointers);
  return x + linear2_->forward(at::relu(linear1_->forward(norm3_->forward(x))));
}

MemoryAttention::MemoryAttention(const Config& config)
    : layers_(register_module("layers", std::make_shared<sam::List<MemoryAttentionLayer>>())),
      norm_(register_module("norm", std::make_shared<sam::LayerNorm>(config.dim, kLayerEpsilon))) {
  for (std::int64_t i = 0; i < config.attention_layers; ++i) layers_->add(config);
}

at::Tensor MemoryAttention::forward(const at::Tensor& coarse, const MemoryTokens& memory) const {
  constexpr double kCodeShare = 0.1;
  const std::int64_t dim = coarse.size(1);
  const Extent grid{coarse.size(2), coarse.size(3)};
  const at::Tensor turns = rotations(dim, grid, coarse.options());
  at::Tensor x = (coarse + kCodeShare * sine_code(dim, grid, coarse.options()))
                     .flatten(2)
                     .transpose(1, 2)
                     .contiguous();
  for (std::size_t i = 0; i < layers_->size(); ++i) x = (*layers_)[i].forward(x, memory, turns);
  return norm_->forward(x).transpose(1, 2).reshape({-1, dim, grid.height, grid.width});
}

}  // namespace voxarena::sam2
