#include "training/augmentation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/training/golden_inputs.h"

namespace voxarena {
namespace {

TEST(Augmentation, LoaderPatchesMatchNnUNet) {
  for (const auto& expected : golden()["initial_patch"]) {
    const auto dimensions = static_cast<int>(expected["patch"].size());
    const Extent patch = golden_extent(expected["patch"]);
    const Augmentation options = nnunet_augmentation(patch, dimensions, {});
    EXPECT_NEAR(options.max_rotation * 180 / std::numbers::pi, expected["degrees"].get<double>(),
                1e-9);
    Extent initial = golden_extent(expected["initial"]);
    if (options.planar) initial[0] = patch[0];
    EXPECT_EQ(initial_patch(patch, options), initial) << expected["patch"];
  }
}

TEST(Augmentation, FlatPatchesAreRotatedWithinSlices) {
  EXPECT_TRUE(nnunet_augmentation({20, 320, 256}, 3, {}).planar);
  EXPECT_EQ(initial_patch({20, 320, 256}, nnunet_augmentation({20, 320, 256}, 3, {})),
            (Extent{20, 376, 376}));
  EXPECT_FALSE(
      nnunet_augmentation({64, 160, 192}, 3, {}).planar);  // exactly three times is not flat
}

TEST(Augmentation, WithoutRotationAndScalingThereIsNoMargin) {
  EXPECT_EQ(initial_patch({40, 56, 40}, {}), (Extent{40, 56, 40}));
}

TEST(Augmentation, MirrorAxesCountTheAxesOfTheConfiguration) {
  EXPECT_EQ(nnunet_augmentation({40, 56, 40}, 3, {2}).mirror,
            (std::array<bool, 3>{false, false, true}));
  EXPECT_EQ(nnunet_augmentation({1, 56, 40}, 2, {0}).mirror,
            (std::array<bool, 3>{false, true, false}));
}

TEST(Augmentation, DrawsWithNnUNetsProbabilities) {
  const Augmentation options = nnunet_augmentation({40, 56, 40}, 3, {0, 1, 2});
  constexpr int kDraws = 20'000;
  double identity = 0, noise = 0, blur = 0, brightness = 0, contrast = 0, low = 0, inverted = 0,
         gamma = 0, mirror = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const AugmentationDraw draw = draw_augmentation(options, 2, {.seed = 5, .iteration = i});
    identity += draw.spatial.is_identity();
    noise += draw.noise > 0;
    blur += !draw.blur.empty() && draw.blur[1][0] > 0;
    brightness += !draw.brightness.empty();
    contrast += !draw.contrast.empty();
    low += !draw.low_resolution.empty() && draw.low_resolution[1] < 1;
    inverted += !draw.gamma_inverted.empty();
    gamma += !draw.gamma.empty();
    mirror += draw.mirror[1];
    EXPECT_LE(std::abs(draw.spatial.angles[0]), std::numbers::pi / 6);
    EXPECT_GE(draw.spatial.scale, 0.7);
    EXPECT_LE(draw.spatial.scale, 1.4);
    for (const float exponent : draw.gamma) EXPECT_TRUE(exponent >= 0.7F && exponent <= 1.5F);
  }
  EXPECT_NEAR(identity / kDraws, 0.64, 0.012);
  EXPECT_NEAR(noise / kDraws, 0.1, 0.01);
  EXPECT_NEAR(blur / kDraws, 0.1, 0.01);
  EXPECT_NEAR(brightness / kDraws, 0.15, 0.01);
  EXPECT_NEAR(contrast / kDraws, 0.15, 0.01);
  EXPECT_NEAR(low / kDraws, 0.125, 0.01);
  EXPECT_NEAR(inverted / kDraws, 0.1, 0.01);
  EXPECT_NEAR(gamma / kDraws, 0.3, 0.012);
  EXPECT_NEAR(mirror / kDraws, 0.5, 0.015);
}

TEST(Augmentation, OneTransformsDrawsDoNotShiftAnothers) {
  Augmentation options = nnunet_augmentation({40, 56, 40}, 3, {});
  options.p_gamma = 1;
  const SampleStream stream{.seed = 9, .iteration = 4};
  const std::vector<float> before = draw_augmentation(options, 3, stream).gamma;
  options.p_blur = 1;
  options.p_noise = 1;
  EXPECT_EQ(draw_augmentation(options, 3, stream).gamma, before);
}

TEST(WriteSample, MirrorsAsBatchgenerators) {
  const Volume<float> image = texture(1, {5, 7, 6});
  const Volume<std::int16_t> labels(1, image.size);
  std::vector<float> out(image.values.size());
  std::vector<std::int64_t> target(labels.values.size());
  write_sample(image, labels, {true, false, true}, {}, out.data(), target.data());
  expect_near(out, golden()["mirror"]["image"]);
}

TEST(WriteSample, MasksImageAndLabelTogether) {
  Volume<float> image(2, {1, 2, 2});
  image.values = {1, 2, 3, 4, 5, 6, 7, 8};
  Volume<std::int16_t> labels(1, {1, 2, 2});
  labels.values = {-1, 0, 2, -1};
  std::vector<float> out(8);
  std::vector<std::int64_t> target(4);
  write_sample(image, labels, {false, true, false}, {true, false}, out.data(), target.data());
  EXPECT_EQ(out, (std::vector<float>{3, 0, 0, 2, 7, 8, 5, 6}));
  EXPECT_EQ(target, (std::vector<std::int64_t>{2, 0, 0, 0}));
}

}  // namespace
}  // namespace voxarena
