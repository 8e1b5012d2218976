#include "benchmark/support_selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

std::vector<std::string> letters() { return {"a", "b", "c", "d", "e", "f", "g", "h"}; }

TEST(DrawSupports, MoreSupportsAreTheSameOnesAndSomeFurther) {
  const std::vector<std::string> five = draw_supports(letters(), 5, 1, 0);
  EXPECT_EQ(std::set<std::string>(five.begin(), five.end()).size(), 5U);
  const std::vector<std::string> two = draw_supports(letters(), 2, 1, 0);
  EXPECT_TRUE(std::equal(two.begin(), two.end(), five.begin()));
}

TEST(DrawSupports, FollowSeedAndFoldNotTheOrderOfTheCases) {
  std::vector<std::string> reversed = letters();
  std::ranges::reverse(reversed);
  EXPECT_EQ(draw_supports(reversed, 4, 1, 0), draw_supports(letters(), 4, 1, 0));
  EXPECT_NE(draw_supports(letters(), 4, 2, 0), draw_supports(letters(), 4, 1, 0));
  EXPECT_NE(draw_supports(letters(), 4, 1, 1), draw_supports(letters(), 4, 1, 0));
}

TEST(DrawSupports, MoreThanThereAreAreRefused) {
  EXPECT_EQ(draw_supports(letters(), 8, 1, 0).size(), 8U);
  EXPECT_INPUT_ERROR(draw_supports(letters(), 9, 1, 0), "9 cases are asked for, fold 0 has 8");
}

}  // namespace
}  // namespace voxarena
