#include "plugins/sam/sam2/tracking.h"

#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/core.h>

#include "plugins/sam/sam2/position_codes.h"
#include "plugins/sam/sam2/sam2.h"
#include "voxarena/core/error.h"

namespace voxarena::sam2 {
namespace {

constexpr double kNoObject = -1024;                 // logit
constexpr double kMaskScale = 20, kMaskBias = -10;  // 0 and 1 to logits
constexpr std::int64_t kMaskStride = 4;

at::Tensor smaller(const at::Tensor& masks, std::int64_t height, std::int64_t width) {
  return at::_upsample_bilinear2d_aa(masks, {height, width}, false);
}

// `present` (P, 1) of zeros and ones.
at::Tensor pointer_of(const Sam2& network, const at::Tensor& token, const at::Tensor& present) {
  return present * network.pointer_projection->forward(token) +
         (1 - present) * network.no_object_pointer;
}

sam::Decoded decode(const Sam2& network, const Features& features, const at::Tensor& embedding,
                    sam::Prompts prompts) {
  const Extent grid{embedding.size(2), embedding.size(3)};
  if (!prompts.points.defined()) {  // the model was trained with a point that is none
    prompts.points = at::zeros({1, 1, 2}, embedding.options());
    prompts.labels = at::full({1, 1}, -1, embedding.options().dtype(at::kLong));
  }
  const sam::PromptEmbedding prompt = network.prompt_encoder->forward(prompts, grid);
  sam::DecoderInput input{.embedding = embedding,
                          .embedding_code = network.prompt_encoder->grid_code(grid),
                          .sparse = prompt.sparse,
                          .dense = prompt.dense};
  input.finer = {features.middle, features.fine};
  return network.mask_decoder->forward(input);
}

// The share of a mask's pixels (P, h, w) that stay when the threshold rises.
at::Tensor stability(const at::Tensor& logits) {
  constexpr double kDelta = 0.05;
  const at::Tensor inner = (logits > kDelta).sum({1, 2}), outer = (logits > -kDelta).sum({1, 2});
  return at::where(outer > 0, inner.to(at::kFloat) / outer.to(at::kFloat), 1.0);
}

// Which mask token of each object to take, (P).
at::Tensor choice(const at::Tensor& masks, const at::Tensor& iou, const DecodeOptions& options) {
  constexpr double kStable = 0.98;
  const at::Tensor best = iou.slice(1, 1).argmax(1) + 1;
  if (options.multimask) return best;
  const at::Tensor first = at::zeros_like(best);
  if (!options.stability_fallback) return first;
  return at::where(stability(masks.select(1, 0)) >= kStable, first, best);
}

// Row p of the result is x[p, chosen[p]].
at::Tensor choose(const at::Tensor& x, const at::Tensor& chosen) {
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape[1] = 1;
  at::Tensor index = chosen;
  while (index.dim() < x.dim()) index = index.unsqueeze(-1);
  return x.gather(1, index.expand(shape));
}

// Pointers as tokens of the memories' width: (P, n · parts, memory_dim), and their codes.
std::pair<at::Tensor, at::Tensor> pointer_tokens(const Sam2& network,
                                                 const Recollection& recollection) {
  const std::int64_t width = network.config.memory_dim, parts = network.config.dim / width;
  std::vector<at::Tensor> pointers;
  std::vector<float> distances;
  for (const RecalledPointer& recalled : recollection.pointers) {
    pointers.push_back(recalled.pointer.view({-1, parts, width}));
    distances.push_back(static_cast<float>(recalled.distance / recollection.pointer_span));
  }
  const at::Tensor tokens = at::cat(pointers, 1);
  if (!network.pointer_code_projection)
    return {tokens, at::zeros({1, tokens.size(1), width}, tokens.options())};
  const at::Tensor codes = network.pointer_code_projection->forward(
      sine_code(at::tensor(distances).to(tokens.device()), network.config.dim));
  return {tokens, codes.repeat_interleave(parts, 0).unsqueeze(0)};
}

}  // namespace

Features encode_image(const Sam2& network, const at::Tensor& images) {
  const Extent expected = network.config.image;
  if (images.dim() != 4 || Extent{images.size(2), images.size(3)} != expected) {
    throw Error::input(
        fmt::format("SAM 2: an image is not of {} x {} pixels", expected.height, expected.width));
  }
  const Pyramid pyramid = network.image_encoder->forward(images);
  return {.fine = network.mask_decoder->project_quadruple(pyramid.fine),
          .middle = network.mask_decoder->project_double(pyramid.middle),
          .coarse = pyramid.coarse};
}

at::Tensor fit_masks(const at::Tensor& masks, Extent image) {
  return (smaller(masks.to(at::kFloat), image.height, image.width) >= 0.5).to(at::kFloat);
}

Frame frame_of_mask(const Sam2& network, const Features& features, const at::Tensor& masks) {
  const at::Tensor present = masks.flatten(1).gt(0).any(1, true).to(masks.dtype());
  const sam::Decoded decoded = decode(
      network, features, features.coarse,
      {.points = {}, .labels = {}, .boxes = {}, .masks = network.mask_downsample->forward(masks)});
  // What the decoder misses and what is not there both get the pointer of absent objects.
  const at::Tensor seen =
      network.mask_decoder->object_score(decoded).gt(0).to(masks.dtype()) * present;
  return {.logits = smaller(masks * kMaskScale + kMaskBias, masks.size(2) / kMaskStride,
                            masks.size(3) / kMaskStride),
          .iou = at::ones_like(present),
          .score = present * kMaskScale + kMaskBias,
          .pointer =
              pointer_of(network, network.mask_decoder->mask_tokens(decoded).select(1, 0), seen)};
}

at::Tensor attend_memory(const Sam2& network, const Features& features,
                         const Recollection& recollection) {
  const at::Tensor& coarse = features.coarse;
  if (recollection.maps.empty() && recollection.pointers.empty())
    return coarse + network.no_memory_code.view({1, -1, 1, 1});

  std::vector<at::Tensor> values, codes;
  const at::Tensor place =
      sine_code(network.config.memory_dim, {coarse.size(2), coarse.size(3)}, coarse.options())
          .flatten(2)
          .transpose(1, 2);
  for (const Recalled& recalled : recollection.maps) {
    const std::int64_t last = network.config.memory_maps - 1;
    if (recalled.place < kGiven || recalled.place > last) {
      throw Error::internal(
          fmt::format("SAM 2 has no place in time for a distance of {} slices", recalled.place));
    }
    values.push_back(recalled.map.flatten(2).transpose(1, 2));
    codes.push_back(place +
                    network.time_codes[recalled.place == kGiven ? last : recalled.place - 1]);
  }
  MemoryTokens memory;
  if (!recollection.pointers.empty()) {
    const auto [tokens, code] = pointer_tokens(network, recollection);
    memory.pointers = tokens.size(1);
    values.push_back(tokens);
    codes.push_back(code);
  }
  memory.values = at::cat(values, 1);
  memory.codes = at::cat(codes, 1);
  return network.memory_attention->forward(coarse, memory);
}

Frame decode_frame(const Sam2& network, const Features& features, const at::Tensor& attended,
                   const DecodeOptions& options) {
  const sam::Decoded decoded = decode(network, features, attended, options.prompts);
  const sam::MaskDecoder& decoder = *network.mask_decoder;
  const at::Tensor score = decoder.object_score(decoded), present = score > 0;
  const at::Tensor iou = at::sigmoid(decoder.predicted_iou(decoded));
  const at::Tensor masks = decoder.masks(decoded);
  const at::Tensor chosen = choice(masks, iou, options);
  // A single mask that falls back keeps the single mask's token.
  const at::Tensor token = options.multimask ? chosen : at::zeros_like(chosen);
  return {.logits = at::where(present.view({-1, 1, 1, 1}), choose(masks, chosen), kNoObject),
          .iou = choose(iou, chosen),
          .score = score,
          .pointer = pointer_of(network, choose(decoder.mask_tokens(decoded), token).squeeze(1),
                                present.to(score.dtype()))};
}

at::Tensor full_logits(const at::Tensor& logits) {
  return at::upsample_bilinear2d(
      logits, {kMaskStride * logits.size(2), kMaskStride * logits.size(3)}, false);
}

Memory remember(const Sam2& network, const Features& features, const Frame& frame, Mask mask) {
  const at::Tensor logits = full_logits(frame.logits);
  const at::Tensor masks =
      mask == Mask::given ? logits.gt(0).to(logits.dtype()) : at::sigmoid(logits);
  return {.map = encode_memory(network, features, masks, frame.score), .pointer = frame.pointer};
}

at::Tensor encode_memory(const Sam2& network, const Features& features, const at::Tensor& masks,
                         const at::Tensor& scores) {
  const at::Tensor map =
      network.memory_encoder->forward(features.coarse, masks * kMaskScale + kMaskBias);
  if (!network.no_object_code.defined()) return map;
  const at::Tensor absent = scores.le(0).to(map.dtype());
  return map + (absent * network.no_object_code).unsqueeze(2).unsqueeze(3);
}

}  // namespace voxarena::sam2
