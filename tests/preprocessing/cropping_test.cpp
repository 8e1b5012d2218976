#include "preprocessing/cropping.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace voxarena {
namespace {

// A solid block [lo, hi) of ones.
Volume<float> block(const Extent& size, const Box& box) {
  Volume<float> image(1, size);
  for (auto z = box.lo[0]; z < box.hi[0]; ++z) {
    for (auto y = box.lo[1]; y < box.hi[1]; ++y) {
      for (auto x = box.lo[2]; x < box.hi[2]; ++x) image.at(0, z, y, x) = 1;
    }
  }
  return image;
}

TEST(NonzeroMask, FillsClosedHolesOnly) {
  Volume<float> image = block({7, 7, 7}, {{1, 1, 1}, {6, 6, 6}});
  image.at(0, 3, 3, 3) = 0;                              // closed
  for (int y = 0; y < 3; ++y) image.at(0, 2, y, 2) = 0;  // a channel from outside
  const auto mask = nonzero_mask(image);
  EXPECT_EQ(mask[image.offset(0, 3, 3, 3)], 1);
  EXPECT_EQ(mask[image.offset(0, 2, 2, 2)], 0);
  EXPECT_EQ(mask[image.offset(0, 0, 0, 0)], 0);
}

TEST(NonzeroMask, DiagonalContactDoesNotOpenAHole) {
  Volume<float> image = block({5, 5, 5}, {{1, 1, 1}, {4, 4, 4}});
  image.at(0, 2, 2, 2) = 0;
  image.at(0, 1, 1, 2) = 0;  // touches the hole over an edge only
  EXPECT_EQ(nonzero_mask(image)[image.offset(0, 2, 2, 2)], 1);
}

TEST(NonzeroMask, HolesOfASingleSliceStay) {
  Volume<float> image = block({1, 5, 5}, {{0, 0, 0}, {1, 5, 5}});
  image.at(0, 0, 2, 2) = 0;
  EXPECT_EQ(nonzero_mask(image)[image.offset(0, 0, 2, 2)], 0);
}

TEST(NonzeroMask, AnyChannelCounts) {
  Volume<float> image(2, {1, 1, 2});
  image.at(1, 0, 0, 1) = -3;
  EXPECT_EQ(nonzero_mask(image), (std::vector<std::uint8_t>{0, 1}));
}

TEST(CropToNonzero, CropsAndMarksTheOutside) {
  Volume<float> image = block({6, 7, 8}, {{1, 2, 3}, {4, 6, 8}});
  image.at(0, 1, 2, 3) = 0;  // a corner of the box
  Volume<std::int16_t> label(1, image.size);
  label.at(0, 2, 3, 4) = 2;
  const Cropped out = crop_to_nonzero(image, &label);
  EXPECT_EQ(out.box, (Box{{1, 2, 3}, {4, 6, 8}}));
  EXPECT_EQ(out.image.size, (Extent{3, 4, 5}));
  EXPECT_EQ(out.seg.at(0, 0, 0, 0), -1);
  EXPECT_EQ(out.seg.at(0, 1, 1, 1), 2);
  EXPECT_EQ(out.seg.at(0, 2, 3, 4), 0);
}

TEST(CropToNonzero, LabelOutsideTheImageStays) {
  Volume<float> image = block({4, 4, 4}, {{0, 0, 0}, {4, 4, 4}});
  image.at(0, 0, 0, 0) = 0;
  Volume<std::int16_t> label(1, image.size);
  label.at(0, 0, 0, 0) = 1;
  EXPECT_EQ(crop_to_nonzero(image, &label).seg.at(0, 0, 0, 0), 1);
}

TEST(CropToNonzero, AllZeroImageIsKeptWhole) {
  const Cropped out = crop_to_nonzero(Volume<float>(1, {2, 3, 4}), nullptr);
  EXPECT_EQ(out.box, (Box{{0, 0, 0}, {2, 3, 4}}));
  EXPECT_EQ(std::count(out.seg.values.begin(), out.seg.values.end(), -1), 24);
}

}  // namespace
}  // namespace voxarena
