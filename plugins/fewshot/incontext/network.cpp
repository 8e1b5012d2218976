#include "plugins/fewshot/incontext/network.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/pixel_shuffle.h>
#include <ATen/ops/pixel_unshuffle.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include <cmath>
#include <string>

namespace voxarena::fewshot {
namespace {

constexpr std::int64_t kGrid = kSide / 4, kHeads = 2, kGroups = 8, kLayers = 2;

at::Tensor twice(const at::Tensor& x) {
  return at::upsample_bilinear2d(x, {2 * x.size(2), 2 * x.size(3)}, /*align_corners=*/false);
}

// (B, C, h, w) → (B, h w, C)
at::Tensor as_tokens(const at::Tensor& map) { return map.flatten(2).transpose(1, 2); }

// Sines and cosines of row and column: (256, 80).
at::Tensor sine_places() {
  const at::Tensor index = at::arange(kGrid, at::kFloat);
  const at::Tensor row = index.view({-1, 1}).expand({kGrid, kGrid}).reshape({-1, 1});
  const at::Tensor column = index.view({1, -1}).expand({kGrid, kGrid}).reshape({-1, 1});
  constexpr std::int64_t kFrequencies = kWidth / 4;
  const at::Tensor frequency =
      at::exp(at::arange(kFrequencies, at::kFloat) * (-std::log(40.0) / kFrequencies)) * 1.2;
  const at::Tensor y = row * frequency, x = column * frequency;
  return at::cat({y.sin(), y.cos(), x.sin(), x.cos()}, 1);
}

}  // namespace

class ResidualBlock : public torch::nn::Module {
 public:
  explicit ResidualBlock(std::int64_t channels) {
    const auto options = torch::nn::Conv2dOptions(channels, channels, 3).padding(1);
    first_ = register_module("first", std::make_shared<torch::nn::Conv2dImpl>(options));
    norm_first_ = normalisation("norm_first", channels);
    second_ = register_module("second", std::make_shared<torch::nn::Conv2dImpl>(options));
    norm_second_ = normalisation("norm_second", channels);
  }

  at::Tensor forward(const at::Tensor& x) {
    const at::Tensor y = first_->forward(at::gelu(norm_first_->forward(x)));
    return x + second_->forward(at::gelu(norm_second_->forward(y)));
  }

 private:
  std::shared_ptr<torch::nn::GroupNormImpl> normalisation(const char* name, std::int64_t channels) {
    return register_module(name, std::make_shared<torch::nn::GroupNormImpl>(
                                     torch::nn::GroupNormOptions(kGroups, channels)));
  }

  std::shared_ptr<torch::nn::Conv2dImpl> first_, second_;
  std::shared_ptr<torch::nn::GroupNormImpl> norm_first_, norm_second_;
};

class AttentionLayer : public torch::nn::Module {
 public:
  AttentionLayer() {
    norm_self_ = normalisation("norm_self");
    norm_memory_ = normalisation("norm_memory");
    norm_feed_ = normalisation("norm_feed");
    self_in_ = linear("self_in", kWidth, 3 * kWidth);
    self_out_ = linear("self_out", kWidth, kWidth);
    query_ = linear("query", kWidth, kWidth);
    key_ = linear("key", kWidth, kWidth);
    value_ = linear("value", kWidth, kWidth);
    memory_out_ = linear("memory_out", kWidth, kWidth);
    feed_in_ = linear("feed_in", kWidth, 2 * kWidth);
    feed_out_ = linear("feed_out", 2 * kWidth, kWidth);
    // At the start like looks for like.
    const at::NoGradGuard no_grad;
    query_->weight.mul_(1.6);
    key_->weight.copy_(query_->weight);
  }

  // Tokens (B, 256, 80); memory (B, L, 80).
  at::Tensor forward(at::Tensor x, const at::Tensor& keys, const at::Tensor& values,
                     const at::Tensor& places) {
    const at::Tensor y = norm_self_->forward(x), placed = y + places;
    const std::vector<at::Tensor> weight = self_in_->weight.chunk(3);
    const std::vector<at::Tensor> bias = self_in_->bias.chunk(3);
    x = x + self_out_->forward(attend(at::linear(placed, weight[0], bias[0]),
                                      at::linear(placed, weight[1], bias[1]),
                                      at::linear(y, weight[2], bias[2])));
    x = x + memory_out_->forward(attend(query_->forward(norm_memory_->forward(x) + places),
                                        key_->forward(keys), value_->forward(values)));
    return x + feed_out_->forward(at::gelu(feed_in_->forward(norm_feed_->forward(x))));
  }

 private:
  static at::Tensor split(const at::Tensor& x) {
    return x.view({x.size(0), x.size(1), kHeads, kWidth / kHeads}).transpose(1, 2);
  }
  static at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    return at::scaled_dot_product_attention(split(q), split(k), split(v))
        .transpose(1, 2)
        .reshape(q.sizes());
  }
  std::shared_ptr<torch::nn::LayerNormImpl> normalisation(const char* name) {
    return register_module(
        name, std::make_shared<torch::nn::LayerNormImpl>(torch::nn::LayerNormOptions({kWidth})));
  }
  std::shared_ptr<torch::nn::LinearImpl> linear(const char* name, std::int64_t in,
                                                std::int64_t out) {
    return register_module(
        name, std::make_shared<torch::nn::LinearImpl>(torch::nn::LinearOptions(in, out)));
  }

  std::shared_ptr<torch::nn::LayerNormImpl> norm_self_, norm_memory_, norm_feed_;
  std::shared_ptr<torch::nn::LinearImpl> self_in_, self_out_, query_, key_, value_, memory_out_,
      feed_in_, feed_out_;
};

SliceFeatures SliceFeatures::select(const at::Tensor& indices) const {
  return {image.index_select(0, indices), half.index_select(0, indices),
          fourth.index_select(0, indices), map.index_select(0, indices)};
}

InContextNetwork::InContextNetwork() {
  stem_ = convolution("stem", 4, 32, 5);
  block_half_ = block("block_half", 32);
  down_fourth_ = convolution("down_fourth", 32, 64, 3, 2);
  block_fourth_ = block("block_fourth", 64);
  down_eighth_ = convolution("down_eighth", 64, 96, 3, 2);
  block_eighth_a_ = block("block_eighth_a", 96);
  block_eighth_b_ = block("block_eighth_b", 96);
  lateral_fourth_ = convolution("lateral_fourth", 64, kWidth, 1);
  lateral_eighth_ = convolution("lateral_eighth", 96, kWidth, 1);
  mask_embedding_ = convolution("mask_embedding", 16, kWidth, 3);
  memory_projection_ = convolution("memory_projection", kWidth, kWidth, 1);
  memory_block_ = block("memory_block", kWidth);
  for (std::int64_t i = 0; i < kLayers; ++i) {
    layers_.push_back(
        register_module("layer_" + std::to_string(i), std::make_shared<AttentionLayer>()));
  }
  up_fourth_ = convolution("up_fourth", kWidth + 64, 64, 3);
  up_half_ = convolution("up_half", 64 + 32, 32, 3);
  norm_up_ = register_module("norm_up", std::make_shared<torch::nn::GroupNormImpl>(
                                            torch::nn::GroupNormOptions(kGroups, 32)));
  fuse_half_ = convolution("fuse_half", 32, 32, 3);
  norm_fuse_ = register_module("norm_fuse", std::make_shared<torch::nn::GroupNormImpl>(
                                                torch::nn::GroupNormOptions(kGroups, 32)));
  up_full_ = convolution("up_full", 9, 8, 3);
  head_ = convolution("head", 8, 1, 3);
  places_ = sine_places();
}

InContextNetwork::Convolution InContextNetwork::convolution(const char* name, std::int64_t in,
                                                            std::int64_t out, std::int64_t kernel,
                                                            std::int64_t stride) {
  return register_module(
      name, std::make_shared<torch::nn::Conv2dImpl>(
                torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2)));
}

InContextNetwork::Block InContextNetwork::block(const char* name, std::int64_t channels) {
  return register_module(name, std::make_shared<ResidualBlock>(channels));
}

SliceFeatures InContextNetwork::encode(const at::Tensor& slices) const {
  const at::Tensor unshuffled =
      at::pixel_unshuffle(slices, 2).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor half = block_half_->forward(stem_->forward(unshuffled));
  const at::Tensor fourth = block_fourth_->forward(down_fourth_->forward(at::gelu(half)));
  const at::Tensor eighth =
      block_eighth_b_->forward(block_eighth_a_->forward(down_eighth_->forward(at::gelu(fourth))));
  const at::Tensor map = lateral_fourth_->forward(fourth) + twice(lateral_eighth_->forward(eighth));
  return {slices, half, fourth, map};
}

at::Tensor InContextNetwork::memory_keys(const at::Tensor& map) const {
  return at::layer_norm(as_tokens(map), {kWidth}) + places_;
}

at::Tensor InContextNetwork::memory_values(const at::Tensor& map, const at::Tensor& masks) const {
  const at::Tensor patches =
      at::pixel_unshuffle(masks - 0.5, 4).contiguous(at::MemoryFormat::ChannelsLast);
  return as_tokens(
      memory_block_->forward(memory_projection_->forward(map) + mask_embedding_->forward(patches)));
}

at::Tensor InContextNetwork::decode(const SliceFeatures& slices, const at::Tensor& keys,
                                    const at::Tensor& values) const {
  at::Tensor tokens = as_tokens(slices.map);
  for (const auto& layer : layers_) tokens = layer->forward(tokens, keys, values, places_);
  at::Tensor x =
      tokens.transpose(1, 2).reshape(slices.map.sizes()).contiguous(at::MemoryFormat::ChannelsLast);
  x = twice(up_fourth_->forward(at::cat({x, slices.fourth}, 1)));
  x = at::gelu(norm_up_->forward(up_half_->forward(at::cat({x, slices.half}, 1))));
  x = at::pixel_shuffle(at::gelu(norm_fuse_->forward(fuse_half_->forward(x))), 2);
  return head_->forward(at::gelu(up_full_->forward(at::cat({x, slices.image}, 1))));
}

at::Tensor InContextNetwork::leave_one_out(const at::Tensor& images,
                                           const at::Tensor& masks) const {
  const std::int64_t tasks = images.size(0), count = images.size(1);
  const SliceFeatures features = encode(images.flatten(0, 1));
  std::vector<std::int64_t> others;
  for (std::int64_t asked = 0; asked < count; ++asked) {
    for (std::int64_t other = 0; other < count; ++other) {
      if (other != asked) others.push_back(other);
    }
  }
  const at::Tensor chosen = at::tensor(others, at::kLong).to(images.device());
  const auto memory_of = [&](const at::Tensor& tokens) {
    return tokens.reshape({tasks, count, kTokens, kWidth})
        .index_select(1, chosen)
        .reshape({tasks * count, (count - 1) * kTokens, kWidth});
  };
  const at::Tensor logits = decode(features, memory_of(memory_keys(features.map)),
                                   memory_of(memory_values(features.map, masks.flatten(0, 1))));
  return logits.reshape(masks.sizes());
}

void prepare_network(InContextNetwork& network, const std::string& device) {
  const at::NoGradGuard no_grad;
  network.to(at::Device(device));
  for (at::Tensor& parameter : network.parameters()) {
    if (parameter.dim() == kSliceRank)
      parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast));
  }
}

}  // namespace voxarena::fewshot
