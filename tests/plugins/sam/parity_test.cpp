// The SAM network against segment-anything (tests/golden/sam): what takes less than a second.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <torch/nn.h>

#include "plugins/sam/predictor.h"
#include "plugins/sam/relative_attention.h"
#include "tests/plugins/sam/golden.h"
#include "tests/plugins/sam/noise.h"

namespace voxarena {
namespace {

using testing::expect_samples;
using testing::noise;
using testing::sam_golden;

TEST(SamParity, NamesAndShapesOfVitB) { testing::expect_table("vit_b"); }

TEST(SamParity, WindowsThatDoNotFillTheGrid) {
  const at::NoGradGuard no_grad;
  sam::EncoderConfig config;
  config.image = {64, 64};
  config.patch = 8;
  config.dim = 24;
  config.depth = 4;
  config.heads = 3;
  config.out_channels = 16;
  config.window = 3;
  config.global_blocks = {1, 3};
  sam::ImageEncoder encoder(config);
  testing::fill(encoder);
  expect_samples(encoder.forward(noise({2, 3, 64, 64}, 999) * std::sqrt(12.0)),
                 sam_golden()["small_encoder"], 1e-5);
}

TEST(SamParity, FromAnImageToMasksOfItsSize) {
  sam::Config config;
  config.encoder.image = {64, 64};
  config.encoder.patch = 8;
  config.encoder.dim = 24;
  config.encoder.depth = 2;
  config.encoder.heads = 3;
  config.encoder.out_channels = 32;
  config.encoder.window = 3;
  config.encoder.global_blocks = {1};
  config.prompt = {.dim = 32, .frame = {64, 64}, .patch = 8, .mask_channels = 16};
  config.decoder.dim = 32;
  config.decoder.heads = 4;
  config.decoder.mlp = 48;
  config.decoder.upscaling = {8, 4};
  config.decoder.iou_hidden = 20;
  const auto network = std::make_shared<sam::Sam>(config);
  {
    const at::NoGradGuard no_grad;
    testing::fill(*network);
  }
  sam::Predictor predictor(network);
  const at::Tensor image = ((noise({50, 37, 3}, 998) + 0.5) * 255).round().to(at::kByte);
  predictor.set_image(image.permute({2, 0, 1}));
  const sam::Prompts prompts{.points = at::tensor({10.0F, 20.0F, 30.0F, 5.5F}).view({1, 2, 2}),
                             .labels = at::tensor({1, 0}).view({1, 2}),
                             .boxes = at::tensor({5.0F, 8.0F, 30.0F, 44.0F}).view({1, 4}),
                             .masks = {}};
  const sam::Masks masks = predictor.predict(prompts, true);
  expect_samples(masks.logits, sam_golden()["predictor"]["logits"], 1e-4);
  expect_samples(masks.iou, sam_golden()["predictor"]["iou"], 1e-4);
}

TEST(SamParity, RelativeTablesAreResized) {
  expect_samples(sam::relative_rows(noise({127, 4}, 7), 5), sam_golden()["resized_rows"], 1e-5);
}

}  // namespace
}  // namespace voxarena
