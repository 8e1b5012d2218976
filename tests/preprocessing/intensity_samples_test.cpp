#include "preprocessing/intensity_samples.h"

#include <gtest/gtest.h>

#include <cmath>

#include "preprocessing/percentile.h"
#include "tests/preprocessing/golden.h"

namespace voxarena {
namespace {

TEST(IntensitySamples, DrawAsNnunetDoes) {
  const Json& expected = golden()["samples"];
  const auto size = expected["size"].get<Extent>();
  const auto image = phantom(size, 2);
  const auto label = label_phantom(size);
  std::vector<std::vector<float>> foreground(2);
  for (std::int64_t c = 0; c < 2; ++c) {
    for (std::size_t i = 0; i < label.values.size(); ++i) {
      if (label.values[i] > 0)
        foreground[static_cast<std::size_t>(c)].push_back(image.channel(c)[i]);
    }
  }
  const auto samples = sample_intensities(foreground, expected["draws"]);
  for (std::size_t c = 0; c < 2; ++c) {
    const ChannelIntensity ours = intensity_statistics(samples[c]);
    const Json& theirs = expected["channels"][c];
    EXPECT_NEAR(ours.mean, theirs["mean"].get<double>(), 1e-6);
    EXPECT_NEAR(ours.std, theirs["std"].get<double>(), 1e-6);
    EXPECT_NEAR(ours.min, theirs["min"].get<double>(), 1e-6);
    EXPECT_NEAR(ours.max, theirs["max"].get<double>(), 1e-6);
    EXPECT_NEAR(ours.median, theirs["median"].get<double>(), 1e-6);
    EXPECT_NEAR(ours.percentile_00_5, theirs["percentile_00_5"].get<double>(), 1e-6);
    EXPECT_NEAR(ours.percentile_99_5, theirs["percentile_99_5"].get<double>(), 1e-6);
  }
}

TEST(IntensitySamples, SingleVoxelTakesAllDraws) {
  const auto samples = sample_intensities({{7.5F}, {}}, 100);
  ASSERT_EQ(samples[0].size(), 1u);
  EXPECT_EQ(samples[0][0].count, 100u);
  EXPECT_TRUE(samples[1].empty());
}

TEST(IntensityStatistics, OfASmallMultiset) {
  const ChannelIntensity s = intensity_statistics({{3, 1}, {1, 2}, {2, 1}});  // 1 1 2 3
  EXPECT_EQ(s.min, 1);
  EXPECT_EQ(s.max, 3);
  EXPECT_EQ(s.mean, 1.75);
  EXPECT_EQ(s.median, 1.5);
  EXPECT_DOUBLE_EQ(s.std, std::sqrt(2.75 / 4));
  EXPECT_DOUBLE_EQ(s.percentile_99_5, 2 + 0.985);
}

TEST(IntensityStatistics, UndefinedWithoutForeground) {
  EXPECT_TRUE(std::isnan(intensity_statistics({}).median));
}

TEST(Percentile, InterpolatesLinearly) {
  EXPECT_EQ(percentile({4, 1, 3, 2}, 50), 2.5);
  EXPECT_DOUBLE_EQ(percentile({1, 2, 3, 4}, 10), 1.3);
  EXPECT_EQ(percentile({5}, 99), 5);
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_TRUE(std::isnan(median({})));
}

}  // namespace
}  // namespace voxarena
