#include "plugins/fewshot/registration.h"

#include <gtest/gtest.h>

#include "tests/plugins/fewshot/made_up_cases.h"

namespace voxarena::fewshot::testing {
namespace {

std::vector<float> foreground(const SupportCase& one) {
  std::vector<float> mask;
  for (const std::int16_t label : one.labels.values) mask.push_back(label > 0 ? 1.0F : 0.0F);
  return mask;
}

double overlap(const std::vector<float>& a, const std::vector<float>& b) {
  double both = 0, sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool in_a = a[i] > 0.5F, in_b = b[i] > 0.5F;
    both += in_a && in_b ? 1 : 0;
    sum += (in_a ? 1 : 0) + (in_b ? 1 : 0);
  }
  return 2 * both / sum;
}

TEST(Registration, LaysAMovedAndSmallerBallOntoTheFixedOne) {
  const SupportCase fixed = ball_case({24, 28, 32}, {12, 14, 16}, 8);
  const SupportCase moving = ball_case({26, 28, 30}, {9, 11, 19}, 6.5);  // of another size
  const std::vector<float> before = foreground(ball_case(fixed.image.size, {9, 11, 19}, 6.5));
  ASSERT_LT(overlap(before, foreground(fixed)), 0.7);
  const Registration registration(fixed.image, moving.image, {1, 1, 1}, {});
  EXPECT_GT(overlap(registration.warp(foreground(moving)), foreground(fixed)), 0.93);
}

TEST(Registration, KeepsWhatIsInPlace) {
  const SupportCase one = ball_case({20, 24, 24}, {10, 12, 12}, 7);
  const Registration registration(one.image, one.image, {2, 1, 1}, {.iterations = 10});
  const std::vector<float> warped = registration.warp(foreground(one));
  EXPECT_EQ(warped.size(), one.labels.values.size());
  EXPECT_GT(overlap(warped, foreground(one)), 0.99);
}

TEST(Registration, AnswersTheSameTwice) {
  const SupportCase fixed = ball_case({16, 16, 16}, {8, 8, 8}, 5);
  const SupportCase moving = ball_case({16, 16, 16}, {7, 9, 8}, 4);
  const auto warp = [&] {
    return Registration(fixed.image, moving.image, {1, 1, 1}, {.iterations = 5})
        .warp(foreground(moving));
  };
  EXPECT_EQ(warp(), warp());
}

}  // namespace
}  // namespace voxarena::fewshot::testing
