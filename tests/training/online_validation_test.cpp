#include "training/online_validation.h"

#include <gtest/gtest.h>
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cmath>

namespace voxarena {
namespace {

// Logits whose argmax is `classes`.
at::Tensor logits_of(const at::Tensor& classes, std::int64_t count) {
  return torch::one_hot(classes, count).movedim(-1, 1).to(torch::kFloat);
}

TEST(OnlineDice, SumsCountsOverBatchesBeforeTheRatio) {
  OnlineDice online;
  const at::Tensor target = torch::tensor({0, 1, 1, 2}).reshape({1, 2, 2});
  online.add(logits_of(torch::tensor({0, 1, 0, 2}).reshape({1, 2, 2}), 4),
             target);  // class 1: tp 1, fn 1
  online.add(logits_of(torch::tensor({1, 1, 1, 0}).reshape({1, 2, 2}), 4),
             target);  // class 1: tp 2, fp 1; 2: fn 1
  const std::vector<double> dice = online.per_class();
  ASSERT_EQ(dice.size(), 3U);
  EXPECT_DOUBLE_EQ(dice[0], 2.0 * 3 / (2 * 3 + 1 + 1));
  EXPECT_DOUBLE_EQ(dice[1], 2.0 * 1 / (2 * 1 + 0 + 1));
  EXPECT_TRUE(std::isnan(dice[2])) << "class 3 never occurred";
  EXPECT_DOUBLE_EQ(mean_of_seen(dice), (0.75 + 2.0 / 3) / 2);
}

TEST(OnlineDice, VoxelsWithTheIgnoreLabelDoNotCount) {
  OnlineDice online;
  const at::Tensor target = torch::tensor({0, 1, 2, 2}).reshape({1, 2, 2});  // 2: ignore
  online.add(logits_of(torch::tensor({1, 1, 1, 0}).reshape({1, 2, 2}), 2), target, {.ignore = 2});
  ASSERT_EQ(online.per_class().size(), 1U);
  EXPECT_DOUBLE_EQ(online.per_class()[0], 2.0 / (2 + 1));
}

TEST(OnlineDice, RegionsMayOverlap) {
  // Region 0 holds the labels 1 and 2, region 1 only 2, region 2 nothing that occurs; 3: ignore.
  nn::TargetRules rules{.regions = torch::zeros({3, 4}, torch::kBool), .ignore = 3};
  rules.regions[0][1] = rules.regions[0][2] = rules.regions[1][2] = true;
  const at::Tensor target = torch::tensor({0, 1, 2, 3}).reshape({1, 2, 2});
  const at::Tensor logits =
      torch::tensor({5., 5., 5., 5., -1., 1., -1., 1., -1., -1., -1., 1.}).reshape({1, 3, 2, 2});
  OnlineDice online;
  online.add(logits, target, rules);
  online.add(logits, target, rules);
  const std::vector<double> dice = online.per_class();
  ASSERT_EQ(dice.size(), 3U);
  EXPECT_DOUBLE_EQ(dice[0], 2.0 * 2 / (2 + 3));
  EXPECT_DOUBLE_EQ(dice[1], 0);
  EXPECT_TRUE(std::isnan(dice[2]));
}

TEST(OnlineDice, KnowsNothingBeforeTheFirstBatch) {
  EXPECT_TRUE(OnlineDice().per_class().empty());
  EXPECT_TRUE(std::isnan(mean_of_seen({})));
}

}  // namespace
}  // namespace voxarena
