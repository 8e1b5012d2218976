#include "plugins/fewshot/incontext/adaptation.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "plugins/fewshot/incontext/segmentation.h"
#include "tests/plugins/fewshot/made_up_cases.h"
#include "tests/support/expect_error.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena::fewshot::testing {
namespace {

SupportSet balls(std::size_t count) {
  SupportSet set;
  for (std::size_t i = 0; i < count; ++i)
    set.cases.push_back(ball_case({12, 24, 24}, {6, 11.0 + static_cast<double>(i), 12}, 5));
  return set;
}

std::shared_ptr<InContextNetwork> random_network() {
  torch::manual_seed(3);
  auto network = std::make_shared<InContextNetwork>();
  prepare_network(*network, "cpu");
  return network;
}

bool same_weights(const InContextNetwork& a, const InContextNetwork& b) {
  const TensorMap left = state_dict(a), right = state_dict(b);
  return std::ranges::all_of(
      left, [&](const auto& item) { return item.second.equal(right.at(item.first)); });
}

TEST(Adapt, TrainsACopyAndRepeatsItself) {
  const auto network = random_network();
  const std::vector<SupportSlices> axes{support_slices(balls(2), 3, {}, 0)};
  const Adaptation wanted{.steps = 3, .retrieved = 4};
  const auto first = adapt(network, axes, wanted, quiet());
  EXPECT_TRUE(same_weights(*network, *random_network())) << "the given network is left as it was";
  EXPECT_FALSE(same_weights(*first, *network));
  EXPECT_TRUE(same_weights(*first, *adapt(network, axes, wanted, quiet())));
}

TEST(Adapt, LearnsFromTheSupportsWhatARandomNetworkDoesNotKnow) {
  const SupportSet supports = balls(2);
  const SupportCase asked = ball_case({12, 24, 24}, {6, 12.5, 12}, 5);
  const auto dice_after = [&](std::int64_t steps) {
    const InContextSettings settings{
        .classes = 3, .retrieved = 4, .axes = {0}, .adapt_steps = steps};
    InContextSegmenter segmenter(random_network(), supports, settings, quiet());
    return dice(segmenter.segment(asked.image, quiet()), asked.labels, 2);
  };
  const double before = dice_after(0), after = dice_after(60);
  EXPECT_GT(after, 0.6);
  EXPECT_GT(after, before + 0.2);
}

TEST(Adapt, OneSupportHelpsItselfAndNoForegroundIsRefused) {
  const Adaptation wanted{.steps = 1, .retrieved = 4};
  const std::vector<SupportSlices> one{support_slices(balls(1), 3, {}, 0)};
  EXPECT_FALSE(same_weights(*adapt(random_network(), one, wanted, quiet()), *random_network()));
  SupportSet empty = balls(2);
  for (SupportCase& support : empty.cases)
    std::ranges::fill(support.labels.values, std::int16_t{0});
  const std::vector<SupportSlices> none{support_slices(empty, 3, {}, 0)};
  EXPECT_INPUT_ERROR(adapt(random_network(), none, wanted, quiet()), "nothing to adapt to");
}

}  // namespace
}  // namespace voxarena::fewshot::testing
