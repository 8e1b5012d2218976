#include "plugins/masksam/network.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>

#include "plugins/masksam/adapters.h"
#include "plugins/masksam/boxes.h"
#include "plugins/masksam/recompute.h"
#include "voxarena/core/error.h"

namespace voxarena::masksam {
namespace {

// (B T, C, h, w) → (B, C, T, h, w)
at::Tensor as_volume(const at::Tensor& slices, std::int64_t depth) {
  return slices.unflatten(0, {-1, depth}).transpose(1, 2).contiguous();
}

// (B, C, T, h, w) → (B T, C, h, w)
at::Tensor as_slices(const at::Tensor& volume) { return volume.transpose(1, 2).flatten(0, 1); }

at::Tensor resized(const at::Tensor& slices, std::int64_t height, std::int64_t width) {
  if (slices.size(2) == height && slices.size(3) == width) return slices;
  return at::upsample_bilinear2d(slices, {height, width}, /*align_corners=*/false);
}

std::shared_ptr<DConvAdapter> dconv(std::int64_t width, Placement placement, bool released) {
  return std::make_shared<DConvAdapter>(width, placement, released);
}

}  // namespace

MaskSam::MaskSam(const Config& config)
    : config_(config),
      stem_(register_module("stem", std::make_shared<Stem>(config.channels, config.stem_scale))),
      sam_(register_module("sam", std::make_shared<sam::Sam>(config.sam))) {
  freeze();  // before the adapters come
  fill_adapters();
  const std::int64_t t = config.slices, n = config.queries, width = config.sam.decoder.dim;
  const std::int64_t patch = config.sam.encoder.patch, scale = config.stem_scale;
  if (!config.learned_queries)
    generator_ = register_module("generator", std::make_shared<PromptGenerator>(config.generator));
  if (config.mask_convolutions)
    mask_convolutions_ =
        register_module("mask_convolutions", std::make_shared<MaskConvolutions>(n));
  class_head_ =
      register_module("class_head", std::make_shared<sam::Linear>(width, config.classes + 1));
  depth_embedding_ =
      register_parameter("depth_embedding", at::zeros({1, t, 1, 1, config.sam.encoder.dim}));
  depth_code_ = register_parameter(
      "depth_code",
      at::zeros({t, width, config.size.height * scale / patch, config.size.width * scale / patch}));
  classifier_token_ =
      register_parameter("classifier_token", at::randn({config.learned_queries ? n : 1, width}));
}

void MaskSam::fill_adapters() {
  const std::int64_t tokens = config_.sam.encoder.dim, width = config_.sam.decoder.dim;
  const bool released = config_.released_depth_order;
  if (config_.encoder_adapters) {
    for (std::int64_t i = 0; i < config_.sam.encoder.depth; ++i) {
      sam::Block& block = sam_->image_encoder->block(i);
      block.after_attention.fill(dconv(tokens, Placement::after, released));
      block.beside_mlp.fill(dconv(tokens, Placement::beside, false));
    }
  }
  const auto dmlp = [&](Placement placement) {
    return std::make_shared<DMlpAdapter>(width, config_.slices, placement);
  };
  sam::TwoWayTransformer& transformer = sam_->mask_decoder->transformer();
  for (std::int64_t i = 0; i < transformer.depth(); ++i) {
    sam::TwoWayBlock& layer = transformer.layer(i);
    if (config_.token_adapters) {
      layer.after_self_attention.fill(dmlp(Placement::after));
      layer.after_token_to_image.fill(dmlp(Placement::after));
      layer.beside_mlp.fill(dmlp(Placement::beside));
    }
    if (config_.image_adapters)
      layer.after_image_to_token.fill(dconv(width, Placement::after, false));
  }
  if (config_.token_adapters) transformer.after_final_attention.fill(dmlp(Placement::after));
}

void MaskSam::freeze() {
  const bool masks = config_.generator.masks, boxes = config_.generator.boxes;
  // Parts of SAM that no query asks for.
  const auto unused = [&](const std::string& name) {
    const auto has = [&name](const char* part) { return name.find(part) != std::string::npos; };
    return has("iou_prediction_head") || has("not_a_point") || has("point_embeddings.0") ||
           has("point_embeddings.1") ||
           (has("hypernetworks_mlps") && !has("hypernetworks_mlps.0")) ||
           has(masks ? "no_mask_embed" : "mask_downscaling") || (!boxes && has("point_embeddings"));
  };
  for (auto& parameter : sam_->named_parameters()) {
    if (config_.pretrained || unused(parameter.key())) parameter.value().set_requires_grad(false);
  }
}

MaskPrediction MaskSam::forward(const at::Tensor& image) const {
  const Features seen = features(padded(image));
  const auto size = image.sizes().slice(2);
  const std::int64_t b = image.size(0), n = config_.queries, t = config_.slices;
  const Queries asked = queries(seen.prompts, b * t, size);

  const at::Tensor grid_code =
      sam_->prompt_encoder->grid_code({seen.embedding.size(2), seen.embedding.size(3)});
  const sam::Decoded decoded =
      sam_->mask_decoder->forward({.embedding = seen.embedding,
                                   .embedding_code = (grid_code + depth_code_).repeat({b, 1, 1, 1}),
                                   .sparse = asked.prompts.sparse,
                                   .dense = asked.prompts.dense,
                                   .depth = t,
                                   .steering = {}});
  const at::Tensor low = sam_->mask_decoder->masks(decoded, 0, 1);  // (B T N, 1, 4 h, 4 w)
  const at::Tensor masks = full_size(low.view({b * t, n, low.size(2), low.size(3)}));
  const at::Tensor classes = class_head_->forward(decoded.tokens.select(1, -1));

  // (B T, ...) → the slices, rows and columns that the image has.
  const auto cropped = [&](const at::Tensor& slices) {
    return slices.unflatten(0, {b, t}).narrow(1, 0, size[0]).flatten(0, 1);
  };
  const auto cropped_masks = [&](const at::Tensor& all) {
    return cropped(all).narrow(2, 0, size[1]).narrow(3, 0, size[2]);
  };
  MaskPrediction prediction{.classes = cropped(classes.view({b * t, n, -1})),
                            .masks = cropped_masks(masks),
                            .auxiliary_masks = {},
                            .auxiliary_boxes = {}};
  if (seen.prompts.masks.defined())
    prediction.auxiliary_masks = cropped_masks(as_slices(seen.prompts.masks));
  if (asked.boxes.defined()) prediction.auxiliary_boxes = cropped(asked.boxes.flatten(0, 1));
  return prediction;
}

at::Tensor MaskSam::padded(const at::Tensor& image) const {
  const std::int64_t slices = config_.slices - image.size(2);
  const std::int64_t rows = config_.size.height - image.size(3);
  const std::int64_t columns = config_.size.width - image.size(4);
  if (slices < 0 || rows < 0 || columns < 0) {
    throw Error::input(
        fmt::format("a patch of {} x {} x {} voxels is larger than the planned {} x {} x {}",
                    image.size(2), image.size(3), image.size(4), config_.slices,
                    config_.size.height, config_.size.width),
        "predict with the patch size of the plan");
  }
  if (slices + rows + columns == 0) return image;
  return at::constant_pad_nd(image, {0, columns, 0, rows, 0, slices});
}

MaskSam::Features MaskSam::features(const at::Tensor& image) const {
  const sam::ImageEncoder& encoder = *sam_->image_encoder;
  const std::int64_t depth = config_.slices;
  at::Tensor x = encoder.embed(as_slices(stem_->forward(image)));  // (B T, h, w, E)
  x = (x.unflatten(0, {-1, depth}) + depth_embedding_).flatten(0, 1);
  std::vector<at::Tensor> taps(config_.taps.size());
  for (std::int64_t i = 0; i < config_.sam.encoder.depth; ++i) {
    const Part block = [&encoder, i, depth](const at::Tensor& tokens) {
      return encoder.run(tokens, i, i + 1, depth);
    };
    x = config_.pretrained ? recomputed(block, x) : block(x);  // large encoders fill the memory
    const auto tap = std::ranges::find(config_.taps, i);
    if (tap == config_.taps.end()) continue;
    taps[static_cast<std::size_t>(tap - config_.taps.begin())] =
        as_volume(x.permute({0, 3, 1, 2}), depth);
  }
  Features out{.embedding = encoder.neck(x), .prompts = {}};
  if (generator_) out.prompts = generator_->forward(as_volume(out.embedding, depth), taps);
  return out;
}

MaskSam::Queries MaskSam::queries(const AuxiliaryPrompts& prompts, std::int64_t slices,
                                  at::IntArrayRef size) const {
  const sam::Extent grid{depth_code_.size(2), depth_code_.size(3)};
  const auto height = static_cast<double>(config_.size.height),
             width = static_cast<double>(config_.size.width);
  Queries out;
  sam::Prompts given;
  at::Tensor inside;  // bool (B, T, N, H, W)
  if (prompts.masks.defined()) {
    inside = hard_masks(prompts.masks, size);
    given.masks = at::upsample_nearest2d(inside.to(at::kFloat).flatten(0, 2).unsqueeze(1),
                                         {4 * grid.height, 4 * grid.width});
  }
  if (prompts.boxes.defined()) {
    out.boxes = prompts.boxes;
    if (inside.defined())
      out.boxes = (out.boxes + tight_boxes(inside, config_.size.height, config_.size.width)) / 2;
    const at::Tensor pixels = at::tensor({width, height, width, height}, out.boxes.options());
    given.boxes = (out.boxes.detach() * pixels).floor().flatten(0, 2) * config_.stem_scale;
  }
  out.prompts = sam_->prompt_encoder->forward(given, grid);
  const at::Tensor classifier = classifier_tokens(prompts.classifier_tokens, slices);
  at::Tensor& sparse = out.prompts.sparse;
  sparse = sparse.size(1) == 0 ? classifier : at::cat({sparse, classifier}, 1);
  return out;
}

// (B, N, T, H, W) → bool (B, T, N, H, W); padding belongs to no mask.
at::Tensor MaskSam::hard_masks(const at::Tensor& logits, at::IntArrayRef size) const {
  const at::Tensor inside = (logits.detach() > 0).transpose(1, 2).contiguous();
  const auto clear_behind = [&inside](std::int64_t axis, std::int64_t end) {
    inside.narrow(axis, end, inside.size(axis) - end).zero_();
  };
  clear_behind(1, size[0]);
  clear_behind(3, size[1]);
  clear_behind(4, size[2]);
  return inside;
}

// (B T N, 1, C)
at::Tensor MaskSam::classifier_tokens(const at::Tensor& auxiliary, std::int64_t slices) const {
  if (auxiliary.defined()) return (classifier_token_ + auxiliary).flatten(0, 2).unsqueeze(1);
  return classifier_token_.expand({slices, config_.queries, -1}).flatten(0, 1).unsqueeze(1);
}

at::Tensor MaskSam::full_size(const at::Tensor& low) const {
  const sam::Extent size = config_.size;
  if (!mask_convolutions_) {
    const at::Tensor frame =
        resized(low, size.height * config_.stem_scale, size.width * config_.stem_scale);
    return resized(frame, size.height, size.width);
  }
  return as_slices(mask_convolutions_->forward(as_volume(low, config_.slices)));
}

}  // namespace voxarena::masksam
