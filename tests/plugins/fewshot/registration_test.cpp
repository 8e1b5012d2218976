#include "plugins/fewshot/registration.h"

#include <gtest/gtest.h>

#include <cmath>

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

// Its edge fades, as edges of organs do.
SupportCase soft_ball(const Extent& size, const Spacing& centre, double radius) {
  SupportCase one = ball_case(size, centre, radius);
  for (std::int64_t z = 0; z < size[0]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[2]; ++x) {
        const double distance =
            std::hypot(static_cast<double>(z) - centre[0], static_cast<double>(y) - centre[1],
                       static_cast<double>(x) - centre[2]);
        one.image.at(0, z, y, x) =
            static_cast<float>(1 / (1 + std::exp((distance - radius) / 1.5)));
      }
    }
  }
  return one;
}

TEST(Registration, LaysAMovedAndSmallerBallOntoTheFixedOne) {
  const SupportCase fixed = soft_ball({24, 28, 32}, {12, 14, 16}, 8);
  const SupportCase moving = soft_ball({26, 28, 30}, {9, 11, 19}, 6.5);  // of another size
  const auto after = [&](int iterations) {
    const Registration registration(fixed.image, moving.image, {1, 1, 1},
                                    {.iterations = iterations});
    return overlap(registration.warp(foreground(moving)), foreground(fixed));
  };
  const double unmoved =
      overlap(foreground(soft_ball(fixed.image.size, {9, 11, 19}, 6.5)), foreground(fixed));
  EXPECT_GT(after(0), unmoved + 0.2) << "centres of mass";
  EXPECT_GT(after(40), after(0) + 0.05) << "demons";
}

TEST(Registration, KeepsWhatIsInPlace) {
  const SupportCase one = ball_case({20, 24, 24}, {10, 12, 12}, 7);
  const Registration registration(one.image, one.image, {2, 1, 1}, {.iterations = 10});
  const std::vector<float> warped = registration.warp(foreground(one));
  EXPECT_EQ(warped.size(), one.labels.values.size());
  EXPECT_GT(overlap(warped, foreground(one)), 0.99);
}

TEST(Registration, AFewSlicesAreLaidOntoEachOtherAndNotBent) {
  const SupportCase fixed = ball_case({2, 24, 24}, {0.5, 12, 12}, 6);
  const SupportCase moving = ball_case({2, 24, 24}, {0.5, 10, 13}, 6);
  const auto warp = [&](int iterations) {
    return Registration(fixed.image, moving.image, {8, 1, 1}, {.iterations = iterations})
        .warp(foreground(moving));
  };
  EXPECT_EQ(warp(20), warp(0));
  EXPECT_GT(overlap(warp(20), foreground(fixed)), 0.9);
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
