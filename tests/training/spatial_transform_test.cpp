#include "training/spatial_transform.h"

#include <gtest/gtest.h>

#include "tests/training/golden_inputs.h"

namespace voxarena {
namespace {

TEST(SpatialTransform, MatchesBatchgenerators) {
  for (const auto& expected : golden()["spatial"]) {
    const SpatialFrame frame{golden_extent(expected["initial"]), golden_extent(expected["patch"]),
                             expected["planar"]};
    SpatialDraw draw;
    draw.rotate = expected["rotate"];
    draw.scale = expected["scale"];
    draw.rescale = draw.scale != 1;
    draw.angles = expected["angles"];
    SCOPED_TRACE(expected["initial"].dump() + " scale " + expected["scale"].dump());

    const Box window = needed_window(draw, frame);
    Volume<float> image = cut(texture(1, frame.initial), window, 0.0F);
    Volume<std::int16_t> labels = cut(label_blocks(frame.initial), window, std::int16_t{-1});
    transform_image(draw, frame, window, image);
    transform_labels(draw, frame, window, labels);
    EXPECT_EQ(image.size, frame.patch);
    expect_near(image.values, expected["image"]);
    EXPECT_EQ(labels.values, expected["labels"].get<std::vector<std::int16_t>>());
  }
}

TEST(SpatialTransform, ReadsOnlyThePatchWhenNothingIsTransformed) {
  const SpatialFrame frame{{205, 205, 205}, {128, 128, 128}, false};
  EXPECT_EQ(needed_window({}, frame), (Box{{38, 38, 38}, {166, 166, 166}}));
}

TEST(SpatialTransform, ReadsASmallerWindowWhenObjectsGrow) {
  const SpatialFrame frame{{205, 205, 205}, {128, 128, 128}, false};
  SpatialDraw draw;
  draw.rescale = true;
  draw.scale = 0.7;
  const Extent size = needed_window(draw, frame).size();
  for (const std::int64_t n : size) EXPECT_LE(n, 92);
}

TEST(SpatialTransform, DoesNotSeeWhatLiesOutsideTheLoaderPatch) {
  // The window reaches two voxels out of the loader patch; the volume goes on there.
  const SpatialFrame frame{{6, 6, 6}, {6, 6, 6}, false};
  SpatialDraw draw;
  draw.rescale = true;
  draw.scale = 1.4;
  const Box window = needed_window(draw, frame);
  ASSERT_LT(window.lo[0], 0);
  Volume<float> image(1, window.size(), 5.0F);
  Volume<std::int16_t> labels(1, window.size(), std::int16_t{3});
  transform_image(draw, frame, window, image);
  transform_labels(draw, frame, window, labels);
  EXPECT_EQ(image.at(0, 0, 0, 0), 0.0F);
  EXPECT_EQ(labels.at(0, 0, 0, 0), -1);
  EXPECT_EQ(image.at(0, 3, 3, 3), 5.0F);
  EXPECT_EQ(labels.at(0, 3, 3, 3), 3);
}

TEST(SpatialTransform, PlanarTransformsKeepSlicesApart) {
  const SpatialFrame frame{{4, 20, 20}, {4, 9, 9}, true};
  SpatialDraw draw;
  draw.rotate = true;
  draw.angles = {0.9, 0.4, 1.1};  // the first two do not count
  const Box window = needed_window(draw, frame);
  EXPECT_EQ(window.lo[0], 0);
  EXPECT_EQ(window.hi[0], 4);
  Volume<float> image(1, window.size());
  for (std::int64_t z = 0; z < 4; ++z) {
    std::fill_n(&image.at(0, z, 0, 0), window.size()[1] * window.size()[2], static_cast<float>(z));
  }
  transform_image(draw, frame, window, image);
  for (std::int64_t z = 0; z < 4; ++z) {
    for (std::int64_t i = 0; i < 81; ++i)
      EXPECT_FLOAT_EQ(image.channel(0)[z * 81 + i], static_cast<float>(z));
  }
}

TEST(SpatialTransform, ManyLabelsVoteTogether) {
  // Four labels meet in one cell; the largest weight wins although none reaches one half.
  const SpatialFrame frame{{1, 2, 2}, {1, 1, 1}, true};
  SpatialDraw draw;
  draw.rescale = true;
  const Box window = needed_window(draw, frame);
  Volume<std::int16_t> labels = cut(Volume<std::int16_t>(1, {1, 2, 2}), window, std::int16_t{-1});
  std::int16_t value = 100;
  for (std::int64_t y = 0; y < 2; ++y) {
    for (std::int64_t x = 0; x < 2; ++x)
      labels.at(0, 0, y - window.lo[1], x - window.lo[2]) = value++;
  }
  transform_labels(draw, frame, window, labels);
  EXPECT_EQ(labels.values, std::vector<std::int16_t>{100});  // all weights equal: the lowest
}

}  // namespace
}  // namespace voxarena
