#include "preprocessing/resampling.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/preprocessing/golden.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

const Resampling kCubic{3, 0, -1}, kLinear{1, 0, -1};

class Golden : public testing::TestWithParam<std::size_t> {
 protected:
  const Json& entry = golden()["resampling"][GetParam()];
  Extent size = entry["size"].get<Extent>();
  Spacing old_spacing = entry["old"].get<Spacing>();
  Spacing new_spacing = entry["new"].get<Spacing>();
  Extent target = resampled_shape(size, old_spacing, new_spacing);
};

TEST_P(Golden, CubicDataAsNnunet) {
  const auto ours = resample_data(phantom(size), target, old_spacing, new_spacing, kCubic);
  expect_probes(ours, 0, entry["cubic"], 1e-6);
}

TEST_P(Golden, LinearDataAsNnunet) {
  const auto ours = resample_data(phantom(size), target, old_spacing, new_spacing, kLinear);
  expect_probes(ours, 0, entry["linear"], 1e-6);
}

TEST_P(Golden, SegmentationEqualsNnunets) {
  const auto ours = resample_seg(label_phantom(size), target, old_spacing, new_spacing, kLinear);
  EXPECT_EQ(digest(ours.values), entry["seg"]);
}

TEST_P(Golden, DoesNotDependOnThreads) {
  const auto one = resample_data(phantom(size, 2), target, old_spacing, new_spacing, kCubic, 1);
  const auto three = resample_data(phantom(size, 2), target, old_spacing, new_spacing, kCubic, 3);
  EXPECT_EQ(one.values, three.values);
  EXPECT_EQ(resample_seg(label_phantom(size), target, old_spacing, new_spacing, kLinear, 3).values,
            resample_seg(label_phantom(size), target, old_spacing, new_spacing, kLinear, 1).values);
}

INSTANTIATE_TEST_SUITE_P(Resampling, Golden,
                         testing::Range<std::size_t>(0, golden()["resampling"].size()),
                         [](const testing::TestParamInfo<std::size_t>& info) {
                           auto name =
                               golden()["resampling"][info.param]["name"].get<std::string>();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(ResampledShape, RoundsHalfToEven) {
  EXPECT_EQ(resampled_shape({5, 7, 10}, {1, 1, 1}, {2, 2, 4}), (Extent{2, 4, 2}));
}

TEST(SeparateAxis, NeedsOneClearlyThickestAxis) {
  EXPECT_EQ(separate_axis({5, 1, 1}, {1, 1, 1}, -1), 0);
  EXPECT_EQ(separate_axis({1, 1, 1}, {1, 5, 1}, -1), 1);
  EXPECT_EQ(separate_axis({3, 1, 1}, {1, 1, 1}, -1), -1) << "a ratio of 3 is not enough";
  EXPECT_EQ(separate_axis({5, 5, 1}, {1, 1, 1}, -1), -1) << "two axes share the largest spacing";
  EXPECT_EQ(separate_axis({5, 1, 1}, {1, 1, 1}, 0), -1);
  EXPECT_EQ(separate_axis({2, 1, 1}, {1, 1, 1}, 1), 0);
  EXPECT_EQ(separate_axis({1, 1, 1}, {1, 1, 1}, 1), -1);
}

TEST(ResampleData, SameShapeIsUntouched) {
  const auto data = phantom({3, 4, 5});
  EXPECT_EQ(resample_data(data, data.size, {1, 1, 1}, {1, 1, 1}, kCubic).values, data.values);
}

TEST(ResampleData, ConstantStaysConstantAndOvershootIsClipped) {
  Volume<float> step(1, {4, 4, 16});
  for (std::size_t i = 0; i < step.values.size(); ++i) step.values[i] = i % 16 < 8 ? 0.0F : 1.0F;
  const auto finer = resample_data(step, {4, 4, 47}, {1, 1, 1}, {1, 1, 0.34}, kCubic);
  EXPECT_EQ(*std::max_element(finer.values.begin(), finer.values.end()), 1.0F);
  EXPECT_EQ(*std::min_element(finer.values.begin(), finer.values.end()), 0.0F);
  const Volume<float> flat(1, {3, 5, 7}, 2.5F);
  for (const float v : resample_data(flat, {7, 9, 4}, {2, 2, 1}, {1, 1, 2}, kCubic).values)
    EXPECT_FLOAT_EQ(v, 2.5F);
}

TEST(ResampleSeg, NearestVoxelDecidesTies) {
  Volume<std::int16_t> seg(1, {1, 1, 2});
  seg.values = {2, 1};
  const auto doubled = resample_seg(seg, {1, 1, 3}, {1, 1, 3}, {1, 1, 2}, kLinear);
  EXPECT_EQ(doubled.values.front(), 2);
  EXPECT_EQ(doubled.values.back(), 1);
}

TEST(ResampleSeg, NeverInventsLabels) {
  Volume<std::int16_t> seg(1, {4, 4, 4});
  for (std::size_t i = 0; i < seg.values.size(); ++i) seg.values[i] = i % 2 == 0 ? 7 : -1;
  for (const auto v : resample_seg(seg, {9, 7, 5}, {1, 1, 1}, {.5, .5, .8}, kLinear).values) {
    EXPECT_TRUE(v == 7 || v == -1);
  }
}

TEST(ResampleData, RefusesOtherOrders) {
  EXPECT_THROW(resample_data(phantom({3, 4, 5}), {4, 4, 5}, {1, 1, 1}, {1, 1, 1}, {2, 0, -1}),
               Error);
}

}  // namespace
}  // namespace voxarena
