#include "plugins/sam/two_way_transformer.h"

#include <ATen/ops/matmul.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <cmath>

namespace voxarena::sam {
namespace {

constexpr double kEpsilon = 1e-5;
constexpr std::int64_t kCrossReduction = 2;  // of width in attention between tokens and image

at::Tensor tokens_of(const at::Tensor& map) { return map.flatten(2).transpose(1, 2); }

}  // namespace

CrossAttention::CrossAttention(std::int64_t dim, std::int64_t inner, std::int64_t heads)
    : q_proj(register_module("q_proj", std::make_shared<Linear>(dim, inner))),
      k_proj(register_module("k_proj", std::make_shared<Linear>(dim, inner))),
      v_proj(register_module("v_proj", std::make_shared<Linear>(dim, inner))),
      out_proj(register_module("out_proj", std::make_shared<Linear>(inner, dim))),
      heads_(heads) {}

at::Tensor CrossAttention::forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const Layout& layout, const WeightsOfLogits& weights) const {
  const auto project = [&](const Linear& linear, const Slot& delta, const at::Tensor& x) {
    const at::Tensor y = delta.add(linear.forward(x), x, layout);
    return y.view({y.size(0), y.size(1), heads_, -1}).transpose(1, 2);
  };
  const at::Tensor query = project(*q_proj, query_delta, q), key = project(*k_proj, key_delta, k),
                   value = project(*v_proj, value_delta, v);
  at::Tensor out;
  if (weights) {
    const double scale = 1 / std::sqrt(static_cast<double>(query.size(3)));
    out = at::matmul(weights(at::matmul(query * scale, key.transpose(2, 3))), value);
  } else {
    out = at::scaled_dot_product_attention(query, key, value);
  }
  return out_proj->forward(out.transpose(1, 2).flatten(2));
}

TwoWayBlock::TwoWayBlock(const DecoderConfig& config, bool first)
    : self_attn(register_module(
          "self_attn", std::make_shared<CrossAttention>(config.dim, config.dim, config.heads))),
      cross_attn_token_to_image(
          register_module("cross_attn_token_to_image",
                          std::make_shared<CrossAttention>(config.dim, config.dim / kCrossReduction,
                                                           config.heads))),
      cross_attn_image_to_token(
          register_module("cross_attn_image_to_token",
                          std::make_shared<CrossAttention>(config.dim, config.dim / kCrossReduction,
                                                           config.heads))),
      norm1(register_module("norm1", std::make_shared<LayerNorm>(config.dim, kEpsilon))),
      norm2(register_module("norm2", std::make_shared<LayerNorm>(config.dim, kEpsilon))),
      norm3(register_module("norm3", std::make_shared<LayerNorm>(config.dim, kEpsilon))),
      norm4(register_module("norm4", std::make_shared<LayerNorm>(config.dim, kEpsilon))),
      mlp(register_module("mlp",
                          std::make_shared<Mlp>(config.dim, config.mlp, Activation::relu,
                                                config.sam2 ? MlpNames::layers : MlpNames::lin))),
      first_(first) {}

TwoWayTokens TwoWayBlock::forward(TwoWayTokens x, const TwoWayTokens& codes, const Layout& layout,
                                  const Steering& steering) const {
  auto& [tokens, image] = x;
  if (steering.token_offset.defined()) tokens = tokens + steering.token_offset;

  tokens = before_self_attention.replace(tokens, layout);
  const at::Tensor placed = first_ ? tokens : tokens + codes.tokens;
  const at::Tensor among =
      after_self_attention.replace(self_attn->forward(placed, placed, tokens, layout), layout);
  tokens =
      norm1->forward(beside_self_attention.add(first_ ? among : tokens + among, tokens, layout));

  const at::Tensor image_placed = image + codes.image;
  const at::Tensor from_image = after_token_to_image.replace(
      cross_attn_token_to_image->forward(tokens + codes.tokens, image_placed, image, layout,
                                         steering.token_to_image),
      layout);
  tokens = norm2->forward(tokens + from_image);

  tokens = before_mlp.replace(tokens, layout);
  tokens = norm3->forward(beside_mlp.add(tokens + mlp->forward(tokens), tokens, layout));

  const at::Tensor from_tokens = after_image_to_token.replace(
      cross_attn_image_to_token->forward(image_placed, tokens + codes.tokens, tokens, layout,
                                         steering.image_to_token),
      layout);
  image = norm4->forward(image + from_tokens);
  return x;
}

TwoWayTransformer::TwoWayTransformer(const DecoderConfig& config)
    : layers_(register_module("layers", std::make_shared<List<TwoWayBlock>>())),
      final_attn_(register_module("final_attn_token_to_image",
                                  std::make_shared<CrossAttention>(
                                      config.dim, config.dim / kCrossReduction, config.heads))),
      norm_final_attn_(
          register_module("norm_final_attn", std::make_shared<LayerNorm>(config.dim, kEpsilon))) {
  for (std::int64_t i = 0; i < config.depth; ++i) layers_->add(config, i == 0);
}

TwoWayTokens TwoWayTransformer::forward(const at::Tensor& image, const at::Tensor& image_code,
                                        const at::Tensor& tokens, const Layout& layout,
                                        const Steering& steering) const {
  const at::Tensor offset = steering.as_persam ? steering.token_offset : at::Tensor();
  const auto moved = [&](const at::Tensor& y) { return offset.defined() ? y + offset : y; };
  const TwoWayTokens codes{moved(tokens), tokens_of(image_code)};
  TwoWayTokens x{tokens, tokens_of(image)};
  for (std::size_t i = 0; i < layers_->size(); ++i)
    x = (*layers_)[i].forward(x, codes, layout, steering);
  const at::Tensor from_image = after_final_attention.replace(
      final_attn_->forward(moved(x.tokens + codes.tokens), x.image + codes.image, x.image, layout,
                           steering.as_persam ? WeightsOfLogits() : steering.token_to_image),
      layout);
  x.tokens = norm_final_attn_->forward(x.tokens + from_image);
  return x;
}

}  // namespace voxarena::sam
