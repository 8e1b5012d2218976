// Adapters, prompt generator and boxes against their re-writing in Python (tests/golden/masksam).
#include <torch/nn.h>

#include "plugins/masksam/adapters.h"
#include "plugins/masksam/boxes.h"
#include "plugins/masksam/prompt_generator.h"
#include "tests/plugins/masksam/golden.h"

namespace voxarena::masksam::testing {
namespace {

constexpr double kTolerance = 1e-5;

const sam::Layout kLayout{.volumes = 2, .depth = 3, .parts = 2, .height = 3, .width = 4};
constexpr std::int64_t kWidth = 8;

at::Tensor image_tokens() {
  return wave(0.3, 0.37, {kLayout.rows(), kLayout.height, kLayout.width, kWidth});
}
at::Tensor prompt_tokens() { return wave(0.1, 0.41, {kLayout.rows(), 5, kWidth}); }

TEST(DConvAdapter, IsADepthWiseConvolutionOverSlices) {
  struct Case {
    const char* name;
    Placement placement;
    bool released_order;
  };
  for (const Case& c : {Case{"dconv_after", Placement::after, false},
                        Case{"dconv_beside", Placement::beside, false},
                        Case{"dconv_released", Placement::after, true}}) {
    DConvAdapter adapter(kWidth, c.placement, c.released_order);
    fill(adapter, "dconv.");
    Json expected = golden()["adapters"][c.name];
    expected["shape"] = image_tokens().sizes().vec();
    expect_samples(adapter.forward(image_tokens().to(at::kFloat), kLayout), expected, kTolerance,
                   c.name);
  }
}

TEST(DConvAdapter, TakesTokensOfAGridInALine) {
  DConvAdapter adapter(kWidth, Placement::after);
  const at::Tensor grid = image_tokens().to(at::kFloat);
  EXPECT_TRUE(at::equal(adapter.forward(grid.flatten(1, 2), kLayout),
                        adapter.forward(grid, kLayout).flatten(1, 2)));
}

TEST(DConvAdapter, HasNoNeighboursInASingleSlice) {
  DConvAdapter adapter(kWidth, Placement::after);
  const sam::Layout single{.volumes = 6, .depth = 1, .parts = 2, .height = 3, .width = 4};
  const at::Tensor x = image_tokens().to(at::kFloat);
  const at::Tensor all = adapter.forward(x, single);
  const sam::Layout alone{.volumes = 1, .depth = 1, .parts = 1, .height = 3, .width = 4};
  EXPECT_TRUE(
      at::allclose(adapter.forward(x.narrow(0, 7, 1), alone), all.narrow(0, 7, 1), 1e-3, 1e-4));
}

TEST(DMlpAdapter, MixesSlicesOfEveryTokenAlike) {
  for (const auto& [name, placement] :
       {std::pair{"dmlp_after", Placement::after}, std::pair{"dmlp_beside", Placement::beside}}) {
    DMlpAdapter adapter(kWidth, kLayout.depth, placement);
    fill(adapter, "dmlp.");
    Json expected = golden()["adapters"][name];
    expected["shape"] = prompt_tokens().sizes().vec();
    expect_samples(adapter.forward(prompt_tokens().to(at::kFloat), kLayout), expected, kTolerance,
                   name);
  }
}

TEST(Adapters, HaveTheNumericGradients) {
  DConvAdapter dconv(kWidth, Placement::after);
  DMlpAdapter dmlp(kWidth, kLayout.depth, Placement::beside);
  fill(dconv, "dconv.");
  fill(dmlp, "dmlp.");
  dconv.to(at::kDouble);
  dmlp.to(at::kDouble);
  expect_numeric_gradients(dconv, image_tokens(),
                           [&](const at::Tensor& x) { return dconv.forward(x, kLayout); });
  expect_numeric_gradients(dmlp, prompt_tokens(),
                           [&](const at::Tensor& x) { return dmlp.forward(x, kLayout); });
}

std::int64_t parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) count += parameter.numel();
  return count;
}

TEST(Adapters, HaveThePublishedNumbersOfParameters) {
  EXPECT_EQ(parameters(DConvAdapter(768, Placement::after)), 301'632);
  EXPECT_EQ(parameters(DConvAdapter(1280, Placement::after)), 830'400);
  EXPECT_EQ(parameters(DConvAdapter(256, Placement::after)), 35'008);
  EXPECT_EQ(parameters(DMlpAdapter(256, 4, Placement::after)), 33'236);
  EXPECT_EQ(parameters(DMlpAdapter(256, 9, Placement::after)), 33'781);
  EXPECT_EQ(parameters(DMlpAdapter(256, 26, Placement::after)), 38'626);
}

GeneratorConfig small_generator() {
  const Json& c = golden()["generator"]["config"];
  return {.embedding = 8,
          .tokens = 12,
          .channels = c["channels"].get<Shape>(),
          .kernels = c["kernels"].get<std::vector<Shape>>(),
          .extra_fusions = c["extra_fusions"],
          .queries = c["queries"],
          .token_rows = c["token_grid"][0],
          .token_columns = c["token_grid"][1]};
}

std::vector<at::Tensor> taps(at::ScalarType type) {
  std::vector<at::Tensor> maps;
  for (int i = 0; i < 4; ++i) maps.push_back(wave(0.5 * i, 0.19, {2, 12, 3, 3, 2}).to(type));
  return maps;
}
at::Tensor embedding() { return wave(0.2, 0.13, {2, 8, 3, 3, 2}); }

TEST(PromptGenerator, ProposesMasksBoxesAndTokens) {
  PromptGenerator generator(small_generator());
  fill(generator, "generator.");
  const AuxiliaryPrompts prompts = generator.forward(embedding().to(at::kFloat), taps(at::kFloat));
  const Json& expected = golden()["generator"];
  expect_samples(prompts.masks, expected["masks"], kTolerance, "masks");
  expect_samples(prompts.boxes, expected["boxes"], kTolerance, "boxes");
  expect_samples(prompts.classifier_tokens, expected["tokens"], kTolerance, "tokens");
}

TEST(PromptGenerator, HasTheNumericGradients) {
  PromptGenerator generator(small_generator());
  fill(generator, "generator.");
  generator.to(at::kDouble);
  const std::vector<at::Tensor> maps = taps(at::kDouble);
  expect_numeric_gradients(generator, embedding(), [&](const at::Tensor& x) {
    const AuxiliaryPrompts prompts = generator.forward(x, maps);
    return at::cat(
        {prompts.masks.flatten(), prompts.boxes.flatten(), prompts.classifier_tokens.flatten()});
  });
}

TEST(PromptGenerator, LeavesOutWhatAnAblationDoesNotWant) {
  GeneratorConfig config = small_generator();
  config.boxes = config.masks = false;
  const AuxiliaryPrompts prompts =
      PromptGenerator(config).forward(embedding().to(at::kFloat), taps(at::kFloat));
  EXPECT_FALSE(prompts.masks.defined());
  EXPECT_FALSE(prompts.boxes.defined());
  EXPECT_TRUE(prompts.classifier_tokens.defined());
}

TEST(Boxes, EncloseMasksTightly) {
  const Json& expected = golden()["boxes"];
  const at::Tensor masks =
      at::tensor(expected["masks"].get<std::vector<std::int64_t>>()).view({3, 4, 5}) == 1;
  const at::Tensor reference = at::tensor(expected["tight"].get<std::vector<float>>()).view({3, 4});
  EXPECT_TRUE(at::allclose(tight_boxes(masks, 4, 8), reference));
}

TEST(Boxes, OverlapAsGeneralizedIou) {
  at::Tensor a = wave(0.1, 1.3, {6, 4}).abs(), b = wave(0.7, 1.1, {6, 4}).abs();
  for (at::Tensor* t : {&a, &b}) {
    t->narrow(1, 2, 2) += t->narrow(1, 0, 2);
    t->select(0, 4).narrow(0, 2, 2).copy_(t->select(0, 4).narrow(0, 0, 2));  // no area
    t->select(0, 5).zero_();
  }
  const at::Tensor reference =
      at::tensor(golden()["boxes"]["giou"].get<std::vector<double>>(), at::kDouble);
  EXPECT_TRUE(at::allclose(generalized_iou(a, b), reference, 1e-5, 1e-6));
}

TEST(Boxes, NeverTurnAround) {
  const at::Tensor boxes = boxes_from_fractions(at::rand({50, 2, 2}));
  EXPECT_TRUE((boxes.narrow(1, 2, 2) >= boxes.narrow(1, 0, 2)).all().item<bool>());
  EXPECT_TRUE((boxes <= 1).all().item<bool>());
}

}  // namespace
}  // namespace voxarena::masksam::testing
