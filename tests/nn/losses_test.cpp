// Against a computation voxel by voxel in double precision, and against numbers of nnU-Net's own
// loss (tests/golden/losses/make.py).
#include "voxarena/nn/losses.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "voxarena/core/json.h"

namespace voxarena {
namespace {

struct Inputs {
  at::Tensor logits, target;
};

// The formula of make.py.
Inputs inputs(const std::vector<std::int64_t>& shape) {
  const auto count =
      std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  std::vector<float> logits(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const auto x = static_cast<double>(i);
    logits[i] = static_cast<float>(3 * std::sin(0.37 * x + std::fmod(0.011 * x * x, 7.0)));
  }
  std::vector<std::int64_t> target(static_cast<std::size_t>(count / shape[1]));
  for (std::size_t i = 0; i < target.size(); ++i)
    target[i] = static_cast<std::int64_t>((i / 3) * (i / 3)) % shape[1];
  std::vector<std::int64_t> target_shape = shape;
  target_shape.erase(target_shape.begin() + 1);
  return {torch::tensor(logits).reshape(shape), torch::tensor(target).reshape(target_shape)};
}

// The definition, written out.
struct ByHand {
  double dice = 0, cross_entropy = 0;
};

ByHand by_hand(const Inputs& in, bool batch_dice) {
  const at::Tensor logits = in.logits.flatten(2), target = in.target.flatten(1);
  const std::int64_t batch = logits.size(0), classes = logits.size(1), voxels = logits.size(2);
  const auto x = logits.accessor<float, 3>();
  const auto y = target.accessor<std::int64_t, 2>();
  const std::int64_t groups = batch_dice ? 1 : batch;
  std::vector<double> overlap(static_cast<std::size_t>(groups * classes)), size(overlap.size());
  ByHand result;
  for (std::int64_t b = 0; b < batch; ++b) {
    for (std::int64_t v = 0; v < voxels; ++v) {
      double sum = 0;
      for (std::int64_t k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(x[b][k][v]));
      for (std::int64_t k = 0; k < classes; ++k) {
        const auto cell = static_cast<std::size_t>((batch_dice ? 0 : b) * classes + k);
        const double probability = std::exp(static_cast<double>(x[b][k][v])) / sum;
        const bool is_class = y[b][v] == k;
        overlap[cell] += is_class ? probability : 0;
        size[cell] += probability + (is_class ? 1 : 0);
        if (is_class)
          result.cross_entropy -= std::log(probability) / static_cast<double>(batch * voxels);
      }
    }
  }
  for (std::size_t cell = 0; cell < overlap.size(); ++cell) {
    if (static_cast<std::int64_t>(cell) % classes == 0) continue;  // background
    result.dice -= (2 * overlap[cell] + 1e-5) / (size[cell] + 1e-5) /
                   static_cast<double>(groups * (classes - 1));
  }
  return result;
}

Json golden() {
  return read_json(std::filesystem::path(VOXARENA_SOURCE_DIR) / "tests/golden/losses/losses.json");
}

TEST(DiceCrossEntropy, EqualsTheDefinition) {
  for (const bool batch_dice : {false, true}) {
    const Inputs in = inputs({2, 4, 3, 5, 4});
    const ByHand expected = by_hand(in, batch_dice);
    const nn::DiceCrossEntropy loss = nn::dice_cross_entropy(in.logits, in.target, batch_dice);
    EXPECT_NEAR(loss.dice.item<double>(), expected.dice, 1e-6);
    EXPECT_NEAR(loss.cross_entropy.item<double>(), expected.cross_entropy, 1e-6);
    EXPECT_NEAR(loss.total().item<double>(), expected.dice + expected.cross_entropy, 2e-6);
  }
}

TEST(DiceCrossEntropy, EqualsNnunet) {
  const Json cases = golden().at("losses");
  ASSERT_EQ(cases.size(), 6U);
  for (const Json& expected : cases) {
    Inputs in = inputs(expected.at("shape").get<std::vector<std::int64_t>>());
    in.logits.requires_grad_(true);
    const nn::DiceCrossEntropy loss =
        nn::dice_cross_entropy(in.logits, in.target, expected.at("batch_dice").get<bool>());
    EXPECT_NEAR(loss.dice.item<double>(), expected.at("dice").get<double>(), 1e-6) << expected;
    EXPECT_NEAR(loss.total().item<double>(), expected.at("total").get<double>(), 2e-6) << expected;
    loss.total().backward();
    const at::Tensor gradient = in.logits.grad().flatten();
    EXPECT_NEAR(gradient.norm().item<double>(), expected.at("gradient_norm").get<double>(), 1e-6)
        << expected;
    for (const auto& [index, value] : expected.at("gradient").items()) {
      EXPECT_NEAR(gradient[std::stoll(index)].item<double>(), value.get<double>(), 1e-7)
          << expected;
    }
  }
}

// Every eleventh voxel, from the fourth, as make.py does it.
at::Tensor ignored(const at::Tensor& target, std::int64_t label) {
  at::Tensor flat = target.flatten().clone();
  flat.slice(0, 4, std::nullopt, 11).fill_(label);
  return flat.reshape(target.sizes());
}

// Region r holds the labels r + 1 to K of K regions; K + 1 may be the ignore label.
at::Tensor nested_regions(std::int64_t regions) {
  at::Tensor members = torch::ones({regions, regions + 2}, torch::kBool).triu(1);
  members.select(1, regions + 1).fill_(false);
  return members;
}

TEST(DiceCrossEntropy, ReadsRegionsAndIgnoreLabelAsNnunetDoes) {
  const Json cases = golden().at("rules");
  ASSERT_EQ(cases.size(), 16U);
  for (const Json& expected : cases) {
    const auto name = expected.at("rules").get<std::string>();
    auto shape = expected.at("shape").get<std::vector<std::int64_t>>();
    SCOPED_TRACE(name + " " + std::to_string(shape.size()));
    const std::int64_t heads = shape[1];
    Inputs in = inputs(shape);
    in.logits.requires_grad_(true);
    nn::TargetRules rules;
    if (name == "regions" || name == "both") {
      ++shape[1];
      in.target = inputs(shape).target;
      rules.regions = nested_regions(heads);
      if (name == "both") rules.ignore = heads + 1;
    } else {
      rules.ignore = heads;
    }
    if (name == "all ignored") in.target.fill_(heads);
    if (name == "ignore" || name == "both") in.target = ignored(in.target, *rules.ignore);
    const nn::DiceCrossEntropy loss =
        nn::dice_cross_entropy(in.logits, in.target, expected.at("batch_dice").get<bool>(), rules);
    EXPECT_NEAR(loss.total().item<double>(), expected.at("total").get<double>(), 2e-6);
    loss.total().backward();
    const at::Tensor gradient = in.logits.grad().flatten();
    EXPECT_NEAR(gradient.norm().item<double>(), expected.at("gradient_norm").get<double>(), 1e-6);
    for (const auto& [index, value] : expected.at("gradient").items())
      EXPECT_NEAR(gradient[std::stoll(index)].item<double>(), value.get<double>(), 1e-7);
  }
}

TEST(DiceCrossEntropy, VoxelsThatDoNotCountGetNoGradient) {
  for (const bool regions : {false, true}) {
    Inputs in = inputs({2, 3, 4, 5, 6});
    in.target = ignored(in.target, regions ? 4 : 3);
    in.logits.requires_grad_(true);
    nn::TargetRules rules{.ignore = regions ? 4 : 3};
    if (regions) rules.regions = nested_regions(3);
    nn::dice_cross_entropy(in.logits, in.target, false, rules).total().backward();
    const at::Tensor counts = nn::counting_voxels(in.target, rules);
    EXPECT_EQ((in.logits.grad() * counts.logical_not()).abs().max().item<double>(), 0);
    EXPECT_GT(in.logits.grad().masked_select(counts).abs().min().item<double>(), 0);
  }
}

TEST(SoftDice, PerfectPredictionIsMinusOneAndAnAbsentClassCountsAsPerfect) {
  const at::Tensor target = torch::zeros({1, 2, 2, 2}, torch::kLong);
  target[0][0][0][0] = 1;  // class 2 is absent
  const at::Tensor logits = torch::one_hot(target, 3).movedim(-1, 1).to(torch::kFloat) * 200 - 100;
  EXPECT_NEAR(nn::soft_dice_loss(logits, target, false).item<double>(), -1, 1e-6);
}

TEST(ResizeTarget, EqualsNearestExact) {
  const Json cases = golden().at("resize");
  ASSERT_EQ(cases.size(), 3U);
  for (const Json& expected : cases) {
    auto shape = expected.at("size").get<std::vector<std::int64_t>>();
    shape.insert(shape.begin(), {2, 4});
    const at::Tensor target = inputs(shape).target;
    const auto smaller = expected.at("smaller").get<std::vector<std::int64_t>>();
    const at::Tensor resized = nn::resize_target(target, smaller);
    EXPECT_EQ(resized.scalar_type(), torch::kLong);
    EXPECT_EQ(resized.sizes().slice(1), at::IntArrayRef(smaller));
    EXPECT_TRUE(torch::equal(
        resized.flatten(), torch::tensor(expected.at("classes").get<std::vector<std::int64_t>>())));
  }
}

TEST(DeepSupervisionWeights, HalveAndLeaveOutTheCoarsest) {
  const std::vector<double> weights = nn::deep_supervision_weights(5);
  const double expected[] = {8.0 / 15, 4.0 / 15, 2.0 / 15, 1.0 / 15, 0};
  ASSERT_EQ(weights.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_DOUBLE_EQ(weights[i], expected[i]);
  EXPECT_EQ(nn::deep_supervision_weights(1), std::vector<double>{1});
}

}  // namespace
}  // namespace voxarena
