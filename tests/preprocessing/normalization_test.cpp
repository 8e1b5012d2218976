#include "preprocessing/normalization.h"

#include <gtest/gtest.h>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

std::vector<float> normalized(std::vector<float> values, const std::string& scheme,
                              bool mask = false, std::vector<std::int16_t> seg = {}) {
  Volume<float> image(1, {1, 1, static_cast<std::int64_t>(values.size())});
  Volume<std::int16_t> region(1, image.size);
  image.values = std::move(values);
  if (!seg.empty()) region.values = std::move(seg);
  Configuration configuration;
  configuration.normalization = {scheme};
  configuration.use_mask_for_norm = {mask};
  normalize(image, region, configuration,
            {{.max = 9,
              .mean = 2,
              .median = 2,
              .min = 0,
              .percentile_00_5 = 1,
              .percentile_99_5 = 5,
              .std = 4}});
  return image.values;
}

TEST(Normalization, ZScoreOfAllVoxels) {
  EXPECT_EQ(normalized({1, 3}, "ZScoreNormalization"), (std::vector<float>{-1, 1}));
  EXPECT_EQ(normalized({5, 5}, "ZScoreNormalization"), (std::vector<float>{0, 0}))
      << "no division by zero";
}

TEST(Normalization, ZScoreInsideTheNonzeroRegion) {
  EXPECT_EQ(normalized({0, 1, 3}, "ZScoreNormalization", true, {-1, 0, 2}),
            (std::vector<float>{0, -1, 1}));
  EXPECT_EQ(normalized({0, 0}, "ZScoreNormalization", true, {-1, -1}), (std::vector<float>{0, 0}));
}

TEST(Normalization, CtUsesTheDataSetsIntensities) {
  EXPECT_EQ(normalized({-10, 2, 100}, "CTNormalization"), (std::vector<float>{-0.25, 0, 0.75}));
}

TEST(Normalization, RescalingAndNone) {
  EXPECT_EQ(normalized({2, 4, 6}, "RescaleTo01Normalization"), (std::vector<float>{0, 0.5, 1}));
  EXPECT_EQ(normalized({0, 51, 255}, "RGBTo01Normalization"), (std::vector<float>{0, 0.2F, 1}));
  EXPECT_EQ(normalized({2, -7}, "NoNormalization"), (std::vector<float>{2, -7}));
}

TEST(Normalization, RefusesWhatItCannotDo) {
  EXPECT_THROW(normalized({-1, 5}, "RGBTo01Normalization"), Error);
  EXPECT_THROW(normalized({1, 256}, "RGBTo01Normalization"), Error);
  EXPECT_THROW(normalized({1, 2}, "HistogramNormalization"), Error);
}

}  // namespace
}  // namespace voxarena
