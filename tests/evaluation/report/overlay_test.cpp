#include "evaluation/report/overlay.h"

#include <gtest/gtest.h>

namespace voxarena {
namespace {

LabelImage empty_labels(const Extent& size) {
  return {.voxels = Volume<std::int16_t>(1, size), .geometry = {}};
}

// The class at each pixel of a plane, row by row: "01" / "00".
std::string drawn(const LabelImage& labels, const Cut& cut) {
  const Raster raster = class_raster(labels, {{"a", "1", {1}}, {"b", "2", {2}}}, cut);
  std::string text;
  for (std::int64_t y = 0; y < raster.height; ++y) {
    if (y > 0) text += '/';
    for (std::int64_t x = 0; x < raster.width; ++x)
      text +=
          static_cast<char>('0' + raster.pixels[static_cast<std::size_t>(y * raster.width + x)]);
  }
  return text;
}

TEST(CentralCuts, GoThroughTheSlicesThatHoldMost) {
  LabelImage labels = empty_labels({4, 6, 8});
  for (std::int64_t y = 1; y < 4; ++y) labels.voxels.at(0, 2, y, 5) = 1;
  labels.voxels.at(0, 0, 0, 0) = 1;
  const std::vector<Cut> cuts = central_cuts(labels, 80);
  ASSERT_EQ(cuts.size(), 3U);
  EXPECT_EQ(cuts[0].plane, "axial");
  EXPECT_EQ(cuts[0].slice, 2);
  EXPECT_EQ(cuts[1].plane, "coronal");
  EXPECT_EQ(cuts[1].slice, 0) << "of equal ones the first";
  EXPECT_EQ(cuts[2].plane, "sagittal");
  EXPECT_EQ(cuts[2].slice, 5);
}

TEST(CentralCuts, WithoutLabelsInTheMiddle) {
  const std::vector<Cut> cuts = central_cuts(empty_labels({4, 6, 8}), 80);
  EXPECT_EQ(cuts[0].slice, 2);
  EXPECT_EQ(cuts[2].slice, 4);
}

TEST(CentralCuts, PixelsAreSquareInMillimetres) {
  LabelImage labels = empty_labels({10, 20, 40});
  labels.geometry.spacing = {4, 1, 1};
  const std::vector<Cut> cuts = central_cuts(labels, 80);
  EXPECT_EQ(cuts[0].width, 80);  // x: 40 mm, the longest
  EXPECT_EQ(cuts[0].height, 40);
  EXPECT_EQ(cuts[1].height, 80);  // z: also 40 mm
  EXPECT_EQ(cuts[2].width, 40);
}

TEST(CentralCuts, StandUprightAsRadiologistsExpect) {
  // ITK's axes point to the patient's left (x), back (y) and head (z).
  LabelImage labels = empty_labels({2, 2, 2});
  labels.voxels.at(0, 1, 0, 1) = 1;  // head, front, left
  const std::vector<Cut> cuts = central_cuts(labels, 2);
  EXPECT_EQ(drawn(labels, cuts[0]), "01/00") << "axial: front at the top, left at the right";
  EXPECT_EQ(drawn(labels, cuts[1]), "01/00") << "coronal: head at the top";
  EXPECT_EQ(drawn(labels, cuts[2]), "10/00") << "sagittal: front at the left";
}

TEST(CentralCuts, FollowTheDirectionOfTheImage) {
  // The same voxel in an image whose axes are (z, y, x) = (posterior, right, superior).
  LabelImage labels = empty_labels({2, 2, 2});
  labels.geometry.direction = {0, -1, 0, 0, 0, 1, 1, 0, 0};
  labels.voxels.at(0, 0, 0, 1) = 1;  // front, left, head
  const std::vector<Cut> cuts = central_cuts(labels, 2);
  EXPECT_EQ(cuts[0].axis, 2) << "axial planes are cut across x";
  EXPECT_EQ(drawn(labels, cuts[0]), "01/00");
  EXPECT_EQ(drawn(labels, cuts[1]), "01/00");
  EXPECT_EQ(drawn(labels, cuts[2]), "10/00");
}

TEST(CentralCuts, FlatImagesHaveOnePlane) {
  LabelImage labels = empty_labels({1, 2, 3});
  labels.geometry.file_dimension = 2;
  labels.geometry.spacing = {999, 1, 1};
  labels.voxels.at(0, 0, 1, 2) = 2;
  const std::vector<Cut> cuts = central_cuts(labels, 3);
  ASSERT_EQ(cuts.size(), 1U);
  EXPECT_EQ(cuts[0].plane, "slice");
  EXPECT_EQ(drawn(labels, cuts[0]), "000/002");
}

TEST(Footprints, CoverAllVoxelsOnceOrRepeatThem) {
  const std::vector<Footprint> coarse = footprints(7, 3, false);
  EXPECT_EQ(coarse.front().from, 0);
  EXPECT_EQ(coarse.back().to, 7);
  for (std::size_t i = 1; i < coarse.size(); ++i) EXPECT_EQ(coarse[i].from, coarse[i - 1].to);
  const std::vector<Footprint> fine = footprints(2, 4, true);
  EXPECT_EQ(fine[0].from, 1);
  EXPECT_EQ(fine[3].from, 0);
  for (const Footprint& one : fine) EXPECT_EQ(one.to - one.from, 1);
}

TEST(ImageRaster, AveragesWhatFallsOnAPixel) {
  Volume<float> image(1, {1, 2, 2});
  image.values = {0, 1, 1, 0};
  const Cut whole{.plane = "slice", .width = 1, .height = 1};
  EXPECT_EQ(image_raster(image, whole).pixels, std::vector<std::uint8_t>{128});
  const Cut fine{.plane = "slice", .width = 2, .height = 2};
  EXPECT_EQ(image_raster(image, fine).pixels, (std::vector<std::uint8_t>{0, 252, 252, 0}));
}

TEST(ImageRaster, AConstantImageIsBlack) {
  const Volume<float> image(1, {1, 2, 2}, 5.0F);
  const Cut cut{.plane = "slice", .width = 2, .height = 2};
  EXPECT_EQ(image_raster(image, cut).pixels, std::vector<std::uint8_t>(4, 0));
}

TEST(ClassRaster, OfRegionsTheLastIsSeen) {
  LabelImage labels = empty_labels({1, 1, 3});
  labels.voxels.values = {1, 2, 3};
  const std::vector<EvaluatedClass> regions = {{"whole", "(1, 2)", {1, 2}}, {"core", "2", {2}}};
  const Cut cut{.plane = "slice", .width = 3, .height = 1};
  EXPECT_EQ(class_raster(labels, regions, cut).pixels, (std::vector<std::uint8_t>{1, 2, 0}));
}

TEST(Outlines, AreTheBorderOfEachClass) {
  const Raster square{4, 4, std::vector<std::uint8_t>(16, 1)};
  EXPECT_EQ(outlines(square).pixels,
            (std::vector<std::uint8_t>{1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 1}));
  const Raster pair{2, 1, {1, 2}};
  EXPECT_EQ(outlines(pair).pixels, pair.pixels);
}

TEST(ClassPng, ColoursRepeatWhenThereAreMoreClasses) {
  const std::size_t classes = class_colours().size() + 2;
  const Raster raster{1, 1, {static_cast<std::uint8_t>(classes)}};
  EXPECT_NO_THROW(class_png(raster, classes, 255));
}

}  // namespace
}  // namespace voxarena
