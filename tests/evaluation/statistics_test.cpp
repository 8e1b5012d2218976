#include "evaluation/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/nan.h"

namespace voxarena {
namespace {

using test::kNaN;

TEST(Statistics, MeanAndSampleDeviation) {
  const Spread result = spread({2, 4, 4, 4, 5, 5, 7, 9});
  EXPECT_DOUBLE_EQ(result.mean, 5);
  EXPECT_DOUBLE_EQ(result.sd, std::sqrt(32.0 / 7.0));
  EXPECT_EQ(result.count, 8);
}

TEST(Statistics, UndefinedValuesAreLeftOut) {
  const Spread result = spread({kNaN, 1, kNaN, 3});
  EXPECT_DOUBLE_EQ(result.mean, 2);
  EXPECT_EQ(result.count, 2);
  EXPECT_TRUE(std::isnan(spread({kNaN}).mean));
  EXPECT_TRUE(std::isnan(spread({}).mean));
  EXPECT_EQ(spread({7}).mean, 7);
  EXPECT_TRUE(std::isnan(spread({7}).sd)) << "one value has no spread";
}

TEST(Statistics, TiesShareTheMeanRank) {
  EXPECT_EQ(mean_ranks({0.7, 0.9, 0.8, 0.8}, true), (std::vector<double>{4, 1, 2.5, 2.5}));
  EXPECT_EQ(mean_ranks({7, 9, 8}, false), (std::vector<double>{1, 3, 2}));
  EXPECT_EQ(mean_ranks({5, 5, 5}, true), (std::vector<double>{2, 2, 2}));
  EXPECT_EQ(mean_ranks({kNaN, 0.1}, true), (std::vector<double>{2, 1})) << "no value is last";
}

}  // namespace
}  // namespace voxarena
