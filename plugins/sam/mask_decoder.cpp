#include "plugins/sam/mask_decoder.h"

#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <fmt/core.h>

#include <algorithm>

#include "voxarena/core/error.h"

namespace voxarena::sam {

at::Tensor repeat_rows(const at::Tensor& x, std::int64_t count) {
  if (x.size(0) == count) return x;
  if (x.size(0) == 0 || count % x.size(0) != 0) {
    throw Error::internal(
        fmt::format("SAM decoder: {} entries cannot serve {} prompts", x.size(0), count));
  }
  return x.repeat_interleave(count / x.size(0), 0);
}

Upscaling::Upscaling(std::int64_t in, const std::vector<std::int64_t>& channels) {
  for (std::size_t i = 0; i < channels.size(); ++i) {
    constexpr std::size_t kStep = 3;  // convolution, norm, activation
    grow_.push_back(
        register_module(std::to_string(kStep * i), std::make_shared<Doubling>(in, channels[i])));
    if (i + 1 < channels.size()) {
      norm_.push_back(register_module(std::to_string(kStep * i + 1),
                                      std::make_shared<ChannelNorm>(channels[i])));
    }
    in = channels[i];
  }
}

at::Tensor Upscaling::forward(at::Tensor x, const std::vector<at::Tensor>& finer) const {
  for (std::size_t i = 0; i < grow_.size(); ++i) {
    x = grow_[i]->forward(x);
    if (i < finer.size()) x = x + finer[i];
    if (i < norm_.size()) x = norm_[i]->forward(x);
    x = activate(x, Activation::gelu);
  }
  return x;
}

MaskDecoder::MaskDecoder(const DecoderConfig& config)
    : config_(config),
      iou_token_(register_module("iou_token", std::make_shared<Embedding>(1, config.dim))),
      mask_tokens_(register_module("mask_tokens",
                                   std::make_shared<Embedding>(config.mask_tokens, config.dim))),
      transformer_(register_module("transformer", std::make_shared<TwoWayTransformer>(config))),
      output_upscaling_(register_module("output_upscaling",
                                        std::make_shared<Upscaling>(config.dim, config.upscaling))),
      output_hypernetworks_mlps_(
          register_module("output_hypernetworks_mlps", std::make_shared<List<HeadMlp>>())),
      iou_prediction_head_(register_module(
          "iou_prediction_head",
          std::make_shared<HeadMlp>(config.dim, config.iou_hidden, config.mask_tokens))) {
  for (std::int64_t i = 0; i < config.mask_tokens; ++i)
    output_hypernetworks_mlps_->add(config.dim, config.dim, config.upscaling.back());
  if (!config.sam2) return;
  if (config.upscaling.size() != 2)
    throw Error::internal("SAM 2's decoder doubles the resolution twice");
  const auto projection = [&](const char* name, std::int64_t channels) {
    return register_module(name, std::make_shared<Convolution>(config.dim, channels, 1));
  };
  obj_score_token_ = register_module("obj_score_token", std::make_shared<Embedding>(1, config.dim));
  pred_obj_score_head_ =
      register_module("pred_obj_score_head", std::make_shared<HeadMlp>(config.dim, config.dim, 1));
  conv_s0_ = projection("conv_s0", config.upscaling[1]);
  conv_s1_ = projection("conv_s1", config.upscaling[0]);
}

Decoded MaskDecoder::forward(const DecoderInput& input) const {
  const std::int64_t images = input.embedding.size(0);
  const std::int64_t prompts = std::max({images, input.sparse.size(0), input.dense.size(0)});
  const auto fitted = [&](const at::Tensor& x) {  // a single entry is left to broadcasting
    return x.size(0) == 1 ? x : repeat_rows(x, prompts);
  };
  const at::Tensor image = repeat_rows(input.embedding, prompts) + fitted(input.dense);
  std::vector<at::Tensor> own{iou_token_->weight, mask_tokens_->weight};
  if (obj_score_token_) own.insert(own.begin(), obj_score_token_->weight);
  const at::Tensor tokens = at::cat(
      {at::cat(own, 0).unsqueeze(0).expand({prompts, -1, -1}), repeat_rows(input.sparse, prompts)},
      1);

  const Layout layout{.volumes = images / input.depth,
                      .depth = input.depth,
                      .parts = prompts / images,
                      .height = image.size(2),
                      .width = image.size(3)};
  const TwoWayTokens x =
      transformer_->forward(image, fitted(input.embedding_code), tokens, layout, input.steering);
  Decoded out;
  out.tokens = x.tokens;
  out.image = x.image.transpose(1, 2).reshape(image.sizes());
  std::vector<at::Tensor> finer;
  for (const at::Tensor& map : input.finer) finer.push_back(fitted(map));
  out.upscaled = output_upscaling_->forward(out.image, finer);
  return out;
}

at::Tensor MaskDecoder::masks(const Decoded& decoded, std::int64_t first,
                              std::int64_t count) const {
  const std::int64_t end = count < 0 ? config_.mask_tokens : first + count;
  const at::Tensor tokens = mask_tokens(decoded);
  std::vector<at::Tensor> weights;
  for (std::int64_t i = first; i < end; ++i) {
    weights.push_back(
        (*output_hypernetworks_mlps_)[static_cast<std::size_t>(i)].forward(tokens.select(1, i)));
  }
  const at::Tensor& map = decoded.upscaled;
  return at::bmm(at::stack(weights, 1), map.flatten(2))
      .view({map.size(0), end - first, map.size(2), map.size(3)});
}

at::Tensor MaskDecoder::predicted_iou(const Decoded& decoded) const {
  return iou_prediction_head_->forward(decoded.tokens.select(1, obj_score_token_ ? 1 : 0));
}

at::Tensor MaskDecoder::mask_tokens(const Decoded& decoded) const {
  return decoded.tokens.narrow(1, obj_score_token_ ? 2 : 1, config_.mask_tokens);
}

at::Tensor MaskDecoder::object_score(const Decoded& decoded) const {
  return pred_obj_score_head_->forward(decoded.tokens.select(1, 0));
}

}  // namespace voxarena::sam
