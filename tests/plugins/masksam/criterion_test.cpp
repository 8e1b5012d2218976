// Matching and losses against plain loops in Python (tests/golden/masksam/losses.py). The random
// points come from LibTorch's generator, which is the same on both sides.
#include "plugins/masksam/criterion.h"

#include <torch/nn.h>

#include <limits>

#include "plugins/masksam/point_sampling.h"
#include "tests/plugins/masksam/golden.h"

namespace voxarena::masksam::testing {
namespace {

constexpr std::int64_t kSlices = 4, kClasses = 4, kHeight = 12, kWidth = 10;

MaskPrediction example(std::int64_t queries) {
  at::Tensor boxes = 0.5 * wave(0.2, 0.7, {kSlices, queries, 4}).abs();
  boxes.narrow(2, 2, 2) += boxes.narrow(2, 0, 2).clone();
  const auto leaf = [](const at::Tensor& t) { return t.to(at::kFloat).requires_grad_(); };
  return {.classes = leaf(2 * wave(0.4, 0.9, {kSlices, queries, kClasses + 1})),
          .masks = leaf(3 * wave(0.6, 0.77, {kSlices, queries, kHeight, kWidth})),
          .auxiliary_masks = leaf(3 * wave(0.8, 0.59, {kSlices, queries, kHeight, kWidth})),
          .auxiliary_boxes = leaf(boxes)};
}

// make.py's bands.
at::Tensor labels() {
  const at::Tensor g = at::arange(kSlices).view({-1, 1, 1}), y = at::arange(kHeight).view({-1, 1}),
                   x = at::arange(kWidth);
  return (g * (2 * y + x)).div(kHeight + kWidth, "floor").remainder(kClasses);
}

Targets targets() { return make_targets(labels(), kClasses, kHeight, 16); }

CriterionSettings settings(bool probabilities) {
  return {.points = 40, .mask_weight = 1.5, .auxiliary_probabilities = probabilities};
}

TEST(Criterion, EqualsPlainLoops) {
  for (const Json& expected : golden()["losses"]) {
    const MaskPrediction o = example(expected["queries"]);
    at::manual_seed(11);
    const Loss loss = mask_loss(o, targets(), settings(expected["probabilities"]));
    EXPECT_NEAR(loss.total.item<double>(), expected["total"].get<double>(), 1e-5);
    ASSERT_EQ(loss.terms.size(), expected["terms"].size());
    for (const auto& [name, value] : loss.terms)
      EXPECT_NEAR(value.item<double>(), expected["terms"][name].get<double>(), 1e-5) << name;

    loss.total.backward();
    const auto expect_norm = [&](const char* name, const at::Tensor& variable) {
      const double norm = expected["gradients"][name];
      EXPECT_NEAR(variable.grad().norm().item<double>(), norm, 1e-5 * (1 + norm)) << name;
    };
    expect_norm("classes", o.classes);
    expect_norm("masks", o.masks);
    expect_norm("auxiliary_masks", o.auxiliary_masks);
    expect_norm("auxiliary_boxes", o.auxiliary_boxes);
  }
}

TEST(Criterion, MatchesAsPlainLoops) {
  for (const Json& expected : golden()["losses"]) {
    at::manual_seed(11);
    const at::Tensor costs = matching_costs(example(expected["queries"]), targets(),
                                            settings(expected["probabilities"]));
    expect_samples(costs, expected["costs"], 1e-5, "costs");

    const Matches matches = match(costs, targets().present);
    std::vector<std::vector<std::int64_t>> pairs;
    for (std::int64_t i = 0; i < matches.slice.size(0); ++i) {
      pairs.push_back({matches.slice[i].item<std::int64_t>(), matches.query[i].item<std::int64_t>(),
                       matches.label[i].item<std::int64_t>()});
    }
    EXPECT_EQ(pairs, expected["pairs"].get<std::vector<std::vector<std::int64_t>>>());
  }
}

TEST(Criterion, CountsTargetsThatFindNoQuery) {
  const Matches matches = match(at::rand({1, 2, 5}), at::ones({1, 5}, at::kBool));
  EXPECT_EQ(matches.targets, 5);
  EXPECT_EQ(matches.slice.size(0), 2);
}

TEST(Criterion, SurvivesCostsThatAreNotNumbers) {
  at::Tensor costs = at::zeros({1, 2, 2});
  costs[0][0][0] = std::nan("");
  costs[0][1][1] = std::nan("");
  const Matches matches = match(costs, at::ones({1, 2}, at::kBool));
  EXPECT_EQ(matches.label[0].item<std::int64_t>(), 1);  // query 0 avoids the cost of 100
}

// Two queries whose costs are infinite: a sum of largest doubles would be infinite again, and all
// assignments equal.
TEST(Criterion, SurvivesInfiniteCosts) {
  const double infinity = std::numeric_limits<double>::infinity();
  at::Tensor costs = at::full({1, 3, 3}, infinity);
  costs[0][2][0] = -infinity;
  costs[0][1][2] = 5.0;
  costs[0][2][2] = 1.0;
  const Matches matches = match(costs, at::ones({1, 3}, at::kBool));
  EXPECT_EQ(matches.label[0].item<std::int64_t>(), 1);
  EXPECT_EQ(matches.label[1].item<std::int64_t>(), 2);
  EXPECT_EQ(matches.label[2].item<std::int64_t>(), 0);
}

TEST(Criterion, IsNearlyNothingForAPerfectPrediction) {
  const Targets t = targets();
  const at::Tensor present = t.present.to(at::kFloat);
  const at::Tensor classes = at::full({kSlices, kClasses, kClasses + 1}, -20.0);
  for (std::int64_t k = 0; k < kClasses; ++k) {
    classes.select(1, k).select(1, k).copy_(present.select(1, k) * 40 - 20);
    classes.select(1, k).select(1, kClasses).copy_(20 - present.select(1, k) * 40);
  }
  const at::Tensor logits = (2 * t.masks - 1) * 20;
  const MaskPrediction perfect{classes, logits, logits, t.boxes};
  at::manual_seed(1);
  const Loss loss = mask_loss(perfect, t, {.points = 500});
  const auto most = [](const std::string& name) {
    // Interpolated targets are not 0 or 1 between pixels of unlike classes and at the border.
    if (name.ends_with("cross_entropy")) return 1.5;
    return name.ends_with("dice") ? 0.2 : 1e-4;
  };
  for (const auto& [name, value] : loss.terms) EXPECT_LT(value.item<double>(), most(name)) << name;
}

TEST(Criterion, LeavesOutTermsOfPromptsThatAreNotThere) {
  MaskPrediction o = example(6);
  o.auxiliary_masks.reset();
  o.auxiliary_boxes.reset();
  EXPECT_EQ(mask_loss(o, targets(), settings(false)).terms.size(), 3U);
}

TEST(SemanticScores, SumClassTimesMaskWithoutNoObject) {
  const MaskPrediction o = example(6);
  const at::Tensor scores = semantic_scores(o);
  EXPECT_EQ(scores.sizes().vec(), (Shape{kSlices, kClasses, kHeight, kWidth}));
  const at::Tensor most = o.masks.sigmoid().sum(1, true);
  EXPECT_TRUE((scores.sum(1, true) <= most + 1e-5).all().item<bool>());
  const at::Tensor one =
      o.classes[2].softmax(-1).select(1, 3).view({-1, 1, 1}) * o.masks[2].sigmoid();
  EXPECT_TRUE(at::allclose(scores[2][3], one.sum(0)));
}

TEST(PointSampling, PrefersUncertainPoints) {
  at::manual_seed(3);
  // Sure on the left, unsure on the right half.
  at::Tensor logits = at::full({1, 8, 8}, 10.0);
  logits.narrow(2, 4, 4).zero_();
  const at::Tensor points = uncertain_points(logits, 100);
  EXPECT_EQ(points.sizes().vec(), (Shape{1, 100, 2}));
  const double right = (points.select(2, 0) > 0.5).to(at::kFloat).mean().item<double>();
  EXPECT_GT(right, 0.8);
  EXPECT_TRUE(((points >= 0) & (points < 1)).all().item<bool>());
}

TEST(PointSampling, InterpolatesBetweenPixelCentres) {
  const at::Tensor mask = at::tensor({0.0F, 1.0F, 2.0F, 3.0F}).view({1, 1, 2, 2});
  const at::Tensor points = at::tensor({0.25F, 0.25F, 0.5F, 0.25F, 0.5F, 0.5F}).view({1, 3, 2});
  const at::Tensor expected = at::tensor({0.0F, 0.5F, 1.5F}).view({1, 1, 3});
  EXPECT_TRUE(at::allclose(sample(mask, points), expected));
}

}  // namespace
}  // namespace voxarena::masksam::testing
