// Comparison with tests/golden/sam2/sam2.json, numbers of the package sam2.
#pragma once

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "plugins/sam/sam2/memory_bank.h"
#include "plugins/sam/sam2/position_codes.h"
#include "plugins/sam/sam2/sam2.h"
#include "tests/plugins/sam/golden.h"
#include "tests/plugins/sam/noise.h"

namespace voxarena::testing {

constexpr double kSam2Tolerance = 1e-4;

inline const Json& sam2_golden() {
  static const Json json = read_json(VOXARENA_SOURCE_DIR "/tests/golden/sam2/sam2.json");
  return json;
}

inline sam2::Release release_of(const Json& expected) {
  return expected["version"] == "2.0" ? sam2::Release::v2_0 : sam2::Release::v2_1;
}

// Weights by the formula; the object score leans towards "there is one".
inline std::unique_ptr<sam2::Sam2> filled_sam2(const Json& expected) {
  constexpr double kLean = 0.5;
  auto network = std::make_unique<sam2::Sam2>(
      sam2::preset(expected["model"].get<std::string>(), release_of(expected)));
  fill(*network);
  state_dict(*network).at("sam_mask_decoder.pred_obj_score_head.layers.2.bias").add_(kLean);
  return network;
}

inline at::Tensor sam2_image(const sam2::Sam2& network, std::int64_t slice) {
  const sam::Extent size = network.config.image;
  return noise({1, 3, size.height, size.width}, 900 + slice) * std::sqrt(12.0);
}

// Of three objects: a rectangle, one that leaves the frame, an empty mask.
inline at::Tensor sam2_masks(const sam2::Sam2& network) {
  const std::int64_t side = network.config.image.height;
  at::Tensor masks = at::zeros({3, 1, side, side});
  masks.select(0, 0).slice(1, side / 4, side / 2).slice(2, side / 8, side - side / 8).fill_(1);
  masks.select(0, 1).slice(1, side - side / 5).slice(2, 0, side / 3).fill_(1);
  return masks;
}

inline void expect_parts(const sam2::Sam2& network, const Json& expected) {
  const sam2::Config& config = network.config;
  const auto [height, width] = config.grid();
  const std::int64_t objects = expected["objects"], pointers = 2 * (config.dim / config.memory_dim),
                     tokens = expected["maps"].get<std::int64_t>() * height * width + pointers;
  const sam2::Pyramid pyramid = network.image_encoder->forward(sam2_image(network, 0));
  expect_samples(pyramid.fine, expected["pyramid"][0], kSam2Tolerance);
  expect_samples(pyramid.middle, expected["pyramid"][1], kSam2Tolerance);
  expect_samples(pyramid.coarse, expected["pyramid"][2], kSam2Tolerance);
  const sam2::MemoryTokens memory{.values = noise({objects, tokens, config.memory_dim}, 901),
                                  .codes = noise({objects, tokens, config.memory_dim}, 902),
                                  .pointers = pointers};
  expect_samples(network.memory_attention->forward(pyramid.coarse, memory).flatten(2),
                 expected["attention"], kSam2Tolerance);
  const at::Tensor mask = noise({objects, 1, config.image.height, config.image.width}, 903) * 20;
  expect_samples(network.memory_encoder->forward(pyramid.coarse, mask), expected["memory"],
                 kSam2Tolerance);
  expect_samples(sam2::sine_code(config.memory_dim, config.grid(), at::kFloat),
                 expected["memory_code"], kSam2Tolerance);
}

inline void expect_prompted(const sam2::Sam2& network, const Json& expected) {
  const auto side = static_cast<float>(network.config.image.height);
  const sam2::Features features = sam2::encode_image(network, sam2_image(network, 0));
  const at::Tensor attended = sam2::attend_memory(network, features, {});
  sam2::DecodeOptions options;
  options.prompts.points =
      at::tensor({0.3F * side, 0.4F * side, 0.7F * side, 0.2F * side}).view({1, 2, 2});
  options.prompts.labels = at::tensor({1, 0}).view({1, 2});
  for (const Json& answer : expected) {
    options.multimask = answer["multimask"];
    const sam2::Frame frame = sam2::decode_frame(network, features, attended, options);
    expect_samples(frame.logits, answer["logits"], kSam2Tolerance);
    expect_samples(frame.iou, answer["iou"], kSam2Tolerance);
    expect_samples(frame.score, answer["score"], kSam2Tolerance);
    expect_samples(frame.pointer, answer["pointer"], kSam2Tolerance);
  }
}

inline void expect_frame(const sam2::Frame& frame, const sam2::Memory& memory,
                         const Json& expected) {
  expect_samples(frame.logits, expected["logits"], kSam2Tolerance);
  expect_samples(frame.score, expected["score"], kSam2Tolerance);
  expect_samples(frame.pointer, expected["pointer"], kSam2Tolerance);
  expect_samples(memory.map, expected["memory"], kSam2Tolerance);
}

// Masks on the last slices of eight, others tracked in the order of the golden file.
inline void expect_sequence(const sam2::Sam2& network, const Json& expected) {
  sam2::MemoryBank bank;
  const at::Tensor masks = sam2_masks(network).narrow(0, 0, expected["objects"]);
  for (const Json& step : expected["given"]) {
    const std::int64_t slice = step["slice"];
    SCOPED_TRACE(slice);
    const sam2::Features features = sam2::encode_image(network, sam2_image(network, slice));
    const sam2::Frame frame = sam2::frame_of_mask(network, features, masks);
    bank.given[slice] = sam2::remember(network, features, frame, sam2::Mask::given);
    expect_frame(frame, bank.given[slice], step);
  }
  for (const Json& step : expected["tracked"]) {
    const std::int64_t slice = step["slice"];
    SCOPED_TRACE(slice);
    const sam2::Features features = sam2::encode_image(network, sam2_image(network, slice));
    const sam2::Recollection recollection =
        sam2::recall(bank, slice, {.backwards = step["backwards"], .slices = 8});
    const sam2::Frame frame =
        sam2::decode_frame(network, features, sam2::attend_memory(network, features, recollection));
    bank.predicted[slice] = sam2::remember(network, features, frame, sam2::Mask::predicted);
    expect_frame(frame, bank.predicted[slice], step);
  }
}

inline void expect_sam2(const Json& expected) {
  const at::NoGradGuard no_grad;
  const auto network = filled_sam2(expected);
  expect_parts(*network, expected["parts"]);
  expect_prompted(*network, expected["prompted"]);
  expect_sequence(*network, expected["sequence"]);
}

}  // namespace voxarena::testing
