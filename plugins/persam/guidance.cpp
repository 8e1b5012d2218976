#include "plugins/persam/guidance.h"

#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <array>

#include "plugins/sam/picture.h"
#include "plugins/sam/sam.h"

namespace voxarena::persam {
namespace {

using sam::Extent;

// Of the photographs that SAM was trained with, on the scale 0 ... 1.
constexpr std::array<double, 3> kMean{0.485, 0.456, 0.406}, kDeviation{0.229, 0.224, 0.225};

Extent frame_of(const sam::Sam& network) { return network.prompt_encoder->config().frame; }

// (1, c, height, width) of the scaled slice → the frame.
at::Tensor pad(const at::Tensor& x, Extent frame) {
  return at::constant_pad_nd(x, {0, frame.width - x.size(3), 0, frame.height - x.size(2)});
}

at::Tensor enlarged(const at::Tensor& x, Extent size) {
  return at::upsample_bilinear2d(x, {size.height, size.width}, false);
}

// A map over the frame, (1, 1, ...), at the scaled slice's pixels.
at::Tensor inside(const at::Tensor& map, Extent frame, Extent scaled) {
  return enlarged(map, frame).narrow(2, 0, scaled.height).narrow(3, 0, scaled.width);
}

// (1, 2, 2): x and y of the greatest and of the least value of (1, 1, height, width).
at::Tensor extremes(const at::Tensor& map) {
  const std::int64_t width = map.size(3), most = map.argmax().item<std::int64_t>(),
                     least = map.argmin().item<std::int64_t>();
  const std::array<double, 4> points{
      static_cast<double>(most % width), static_cast<double>(most / width),
      static_cast<double>(least % width), static_cast<double>(least / width)};
  return at::tensor(at::ArrayRef<double>(points), map.options()).view({1, 2, 2});
}

// The first answer, (1, 1, 4 h, 4 w).
at::Tensor guided(const sam::Sam& network, const EncodedSlice& slice, const sam::Prompts& prompts,
                  const at::Tensor& guidance, const at::Tensor& target) {
  const Extent grid{slice.embedding.size(2), slice.embedding.size(3)};
  const sam::PromptEmbedding prompt = network.prompt_encoder->forward(prompts, grid);
  const sam::Decoded decoded = network.mask_decoder->forward(
      {.embedding = slice.embedding,
       .embedding_code = network.prompt_encoder->grid_code(grid),
       .sparse = prompt.sparse,
       .dense = prompt.dense,
       .steering = {.token_to_image =
                        [&](const at::Tensor& logits) {
                          return at::softmax(at::softmax(logits, -1) + guidance, -1);
                        },
                    .image_to_token = {},
                    .token_offset = target.view({1, 1, -1}),
                    .as_persam = true}});
  return network.mask_decoder->masks(decoded, 0, 1);
}

// The best of three answers, by predicted overlap.
at::Tensor asked_again(const sam::Sam& network, const EncodedSlice& slice,
                       const sam::Prompts& prompts) {
  const sam::Masks masks = network.predict(slice.embedding, prompts, /*multimask=*/true);
  return masks.logits.narrow(1, masks.iou.argmax(1).item<std::int64_t>(), 1);
}

// (1, 4): of the positive pixels of (1, 1, height, width); undefined without any.
at::Tensor box_of(const at::Tensor& logits) {
  const at::Tensor pixels = at::nonzero(logits[0][0] > 0);
  if (pixels.size(0) == 0) return {};
  const at::Tensor low = pixels.amin(0).flip(0), high = pixels.amax(0).flip(0);
  return at::cat({low, high}).to(logits.dtype()).view({1, 4});
}

}  // namespace

EncodedSlice encode_slice(const sam::Sam& network, const at::Tensor& slice) {
  const Extent frame = frame_of(network), size{slice.size(1), slice.size(2)};
  const double scale = static_cast<double>(std::max(frame.height, frame.width)) /
                       static_cast<double>(std::max(size.height, size.width));
  const auto scaled = [&](std::int64_t side) {
    return std::max<std::int64_t>(
        1, static_cast<std::int64_t>(static_cast<double>(side) * scale + 0.5));
  };
  EncodedSlice out{
      .embedding = {}, .slice = size, .scaled = {scaled(size.height), scaled(size.width)}};
  const at::Tensor picture = sam::as_picture(slice).unsqueeze(0).contiguous();
  const auto per_colour = [](const std::array<double, 3>& values) {
    return at::tensor(at::ArrayRef<double>(values), at::kFloat).view({1, 3, 1, 1});
  };
  const at::Tensor fitted =
      at::_upsample_bilinear2d_aa(picture, {out.scaled.height, out.scaled.width}, false);
  const at::Tensor image = pad((fitted - per_colour(kMean)) / per_colour(kDeviation), frame);
  out.embedding = network.image_encoder->forward(image.to(network.parameters().front().device()));
  return out;
}

at::Tensor target_of(const sam::Sam& network, const EncodedSlice& slice, const at::Tensor& mask) {
  constexpr double kHalf = 0.5;
  const at::Tensor& embedding = slice.embedding;
  const at::Tensor fitted =
      enlarged(mask.to(at::kFloat).view({1, 1, mask.size(0), mask.size(1)}), slice.scaled);
  const at::Tensor share = at::adaptive_avg_pool2d(pad(fitted, frame_of(network)),
                                                   {embedding.size(2), embedding.size(3)})
                               .flatten()
                               .to(embedding.device());
  const at::Tensor chosen = share >= share.max().clamp_max(kHalf);
  const at::Tensor tokens = embedding[0].flatten(1);  // (dim, h w)
  return tokens.index_select(1, at::nonzero(chosen).squeeze(1)).mean(1);
}

at::Tensor similarity(const EncodedSlice& slice, const at::Tensor& target) {
  const at::Tensor tokens = slice.embedding[0];
  const at::Tensor unit = tokens / tokens.norm(2, {0}, true);
  return at::matmul((target / target.norm()).unsqueeze(0), unit.flatten(1))
      .view({tokens.size(1), tokens.size(2)});
}

at::Tensor segment_slice(const sam::Sam& network, const EncodedSlice& slice,
                         const at::Tensor& target, std::int64_t refinements) {
  const Extent frame = frame_of(network);
  const at::Tensor likeness = similarity(slice, target).unsqueeze(0).unsqueeze(0);
  const at::Tensor visible = inside(likeness, frame, slice.scaled);
  const at::Tensor guidance =
      at::sigmoid((likeness - visible.mean()) / visible.std().clamp_min(1e-6))
          .flatten(2)
          .unsqueeze(1);
  sam::Prompts prompts{
      .points = extremes(visible),
      .labels =
          at::tensor({1, 0}, at::TensorOptions(visible.device()).dtype(at::kLong)).view({1, 2}),
      .boxes = {},
      .masks = {}};
  at::Tensor logits = guided(network, slice, prompts, guidance, target);
  for (std::int64_t i = 0; i < refinements; ++i) {
    prompts.masks = logits;
    if (i == 1) prompts.boxes = box_of(inside(logits, frame, slice.scaled));
    logits = asked_again(network, slice, prompts);
  }
  return enlarged(inside(logits, frame, slice.scaled), slice.slice)[0][0];
}

}  // namespace voxarena::persam
