#include "training/intensity_transforms.h"

#include <gtest/gtest.h>

#include "tests/training/golden_inputs.h"
#include "training/low_resolution.h"

namespace voxarena {
namespace {

constexpr Extent kSize = {5, 7, 6};

double mean(const std::vector<float>& values) {
  double sum = 0;
  for (const float v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double variance(const std::vector<float>& values) {
  const double centre = mean(values);
  double sum = 0;
  for (const float v : values) sum += (v - centre) * (v - centre);
  return sum / static_cast<double>(values.size() - 1);
}

TEST(Blur, MatchesBatchgenerators) {
  for (const auto& expected : golden()["blur"]) {
    Volume<float> image = texture(1, kSize);
    blur(image.values, kSize, expected["sigma"]);
    expect_near(image.values, expected["image"]);
  }
}

TEST(Blur, KernelHasThreeToSevenTaps) {
  EXPECT_EQ(blur_kernel(0.5).size(), 3U);
  EXPECT_EQ(blur_kernel(0.59).size(), 5U);
  EXPECT_EQ(blur_kernel(0.92).size(), 7U);
  EXPECT_EQ(blur_kernel(1.0).size(), 7U);
}

TEST(Blur, KeepsAConstantImageEvenWhenItIsThinnerThanTheKernel) {
  const Extent size = {1, 2, 9};
  Volume<float> image(1, size, 2.5F);
  blur(image.values, size, {0.9, 0.9, 0.9});
  for (const float v : image.values) EXPECT_NEAR(v, 2.5F, 1e-6F);
}

TEST(Brightness, MatchesBatchgenerators) {
  Volume<float> image = texture(1, kSize);
  multiply_brightness(image.values, golden()["brightness"]["factor"]);
  expect_near(image.values, golden()["brightness"]["image"]);
}

TEST(Contrast, MatchesBatchgenerators) {
  for (const auto& expected : golden()["contrast"]) {
    Volume<float> image = texture(1, kSize);
    change_contrast(image.values, expected["factor"]);
    expect_near(image.values, expected["image"]);
  }
}

TEST(Gamma, MatchesBatchgenerators) {
  for (const auto& expected : golden()["gamma"]) {
    Volume<float> image = texture(1, kSize);
    change_gamma(image.values, expected["gamma"], expected["inverted"]);
    expect_near(image.values, expected["image"]);
  }
}

TEST(Gamma, KeepsMeanAndDeviationOfALargeChannel) {
  Volume<float> image = texture(1, {31, 67, 53});
  const double before_mean = mean(image.values), before_variance = variance(image.values);
  change_gamma(image.values, 1.4F, false);
  EXPECT_NEAR(mean(image.values), before_mean, 1e-5);
  EXPECT_NEAR(variance(image.values), before_variance, 1e-4);
}

TEST(Gamma, LeavesAConstantChannelAlone) {
  std::vector<float> voxels(100, 3.0F);
  change_gamma(voxels, 0.8F, true);
  for (const float v : voxels) EXPECT_FLOAT_EQ(v, 3.0F);
}

TEST(LowResolution, MatchesBatchgenerators) {
  for (const auto& expected : golden()["low_resolution"]) {
    Volume<float> image = texture(1, kSize);
    simulate_low_resolution(image.values, kSize, expected["scale"]);
    expect_near(image.values, expected["image"]);
  }
}

TEST(LowResolution, ScaleOneChangesNothing) {
  Volume<float> image = texture(1, kSize);
  const std::vector<float> before = image.values;
  simulate_low_resolution(image.values, kSize, {1, 1, 1});
  EXPECT_EQ(image.values, before);
}

TEST(Noise, IsNormalAndRepeatable) {
  std::vector<float> first(200'001), second(200'001);
  CounterRandom a(7, {1}), b(7, {1});
  add_noise(first, 0.1, a);
  add_noise(second, 0.1, b);
  EXPECT_EQ(first, second);
  EXPECT_NEAR(mean(first), 0, 0.001);
  EXPECT_NEAR(variance(first), 0.01, 0.0001);
  std::int64_t far = 0;
  for (const float v : first) far += std::abs(v) > 0.2F ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(far) / 200'001, 0.0455, 0.003);  // beyond two standard deviations
}

}  // namespace
}  // namespace voxarena
