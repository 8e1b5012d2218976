// The mask decoder's transformer: prompt tokens and image tokens attend to each other.
#pragma once

#include <functional>
#include <memory>

#include "plugins/sam/adapter.h"
#include "plugins/sam/config.h"
#include "plugins/sam/layers.h"

namespace voxarena::sam {

// Attention weights of given logits, both (P, heads, queries, keys).
using WeightsOfLogits = std::function<at::Tensor(const at::Tensor& logits)>;

// Plugins that steer a decoder without weights of their own. What is empty changes nothing.
struct Steering {
  WeightsOfLogits token_to_image, image_to_token;  // in place of the softmax of those attentions
  at::Tensor token_offset;  // (P or 1, tokens or 1, dim), added to the tokens before each layer
  // As PerSAM: the offset is part of the tokens' position codes and is added before the last
  // attention, too; that attention keeps its softmax.
  bool as_persam = false;
};

class CrossAttention : public torch::nn::Module {
 public:
  // `inner`: width of queries, keys and values together.
  CrossAttention(std::int64_t dim, std::int64_t inner, std::int64_t heads);
  // q (P, n, dim), k and v (P, m, dim) → (P, n, dim).
  at::Tensor forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const Layout& layout, const WeightsOfLogits& weights = {}) const;

  const std::shared_ptr<Linear> q_proj, k_proj, v_proj, out_proj;
  Slot query_delta{*this, "query_delta"}, key_delta{*this, "key_delta"},
      value_delta{*this, "value_delta"};

 private:
  std::int64_t heads_;
};

struct TwoWayTokens {
  at::Tensor tokens;  // (P, n, dim)
  at::Tensor image;   // (P, h w, dim)
};

class TwoWayBlock : public torch::nn::Module {
 public:
  TwoWayBlock(const DecoderConfig& config, bool first);
  // `codes`: the position codes of tokens and image.
  TwoWayTokens forward(TwoWayTokens x, const TwoWayTokens& codes, const Layout& layout,
                       const Steering& steering) const;

  // Places for adapters f in the order of their use; x is the residual stream of the tokens. Norms
  // follow the sums here, while the encoder's blocks begin with them.
  // x = f(x), before self_attn
  Slot before_self_attention{*this, "before_self_attention"};
  // f(self_attn(...)), before the residual
  Slot after_self_attention{*this, "after_self_attention"};
  // norm1(x + attention + f(x)), x without position codes; norm1(attention + f(x)) in the first
  // block
  Slot beside_self_attention{*this, "beside_self_attention"};
  // f(cross attention's output), before the residual
  Slot after_token_to_image{*this, "after_token_to_image"};
  // x = f(x), before mlp
  Slot before_mlp{*this, "before_mlp"};
  // norm3(x + mlp(x) + f(x))
  Slot beside_mlp{*this, "beside_mlp"};
  // f(cross attention's output), before the residual of the image tokens: gets (P, h w, dim)
  Slot after_image_to_token{*this, "after_image_to_token"};

  const std::shared_ptr<CrossAttention> self_attn, cross_attn_token_to_image,
      cross_attn_image_to_token;
  const std::shared_ptr<LayerNorm> norm1, norm2, norm3, norm4;
  const std::shared_ptr<Mlp> mlp;

 private:
  bool first_;  // self-attention without position codes and without residual
};

class TwoWayTransformer : public torch::nn::Module {
 public:
  explicit TwoWayTransformer(const DecoderConfig& config);
  // image and image_code (P, dim, h, w), image_code's first axis may be 1; tokens (P, n, dim).
  TwoWayTokens forward(const at::Tensor& image, const at::Tensor& image_code,
                       const at::Tensor& tokens, const Layout& layout,
                       const Steering& steering = {}) const;

  Slot after_final_attention{*this, "after_final_attention"};
  TwoWayBlock& layer(std::int64_t i) const { return (*layers_)[static_cast<std::size_t>(i)]; }
  std::int64_t depth() const { return static_cast<std::int64_t>(layers_->size()); }

 private:
  std::shared_ptr<List<TwoWayBlock>> layers_;
  std::shared_ptr<CrossAttention> final_attn_;
  std::shared_ptr<LayerNorm> norm_final_attn_;
};

}  // namespace voxarena::sam
