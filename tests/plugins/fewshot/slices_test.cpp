#include "plugins/fewshot/slices.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "voxarena/plugin/volume_slices.h"

namespace voxarena::fewshot {
namespace {

Volume<float> counting_volume() {
  Volume<float> volume(2, {3, 4, 5});
  for (std::size_t i = 0; i < volume.values.size(); ++i) volume.values[i] = static_cast<float>(i);
  return volume;
}

TEST(Slices, LieAcrossTheirAxisAndStackBack) {
  const Volume<float> volume = counting_volume();
  const at::Tensor whole = at::arange(120, at::kFloat).view({2, 3, 4, 5});
  for (const int axis : {0, 1, 2}) {
    const at::Tensor slices = slices_of(volume, axis);
    EXPECT_EQ(slices.size(0), volume.size[static_cast<std::size_t>(axis)]);
    EXPECT_TRUE(slices[1].equal(whole.select(axis + 1, 1)));
    EXPECT_TRUE(stack_across(slices, axis).equal(whole));
  }
}

TEST(Slices, OfLabelsAreIntegers) {
  Volume<std::int16_t> labels(1, {2, 3, 4});
  labels.at(0, 1, 2, 3) = 7;
  const at::Tensor slices = slices_of(labels, 2);
  EXPECT_EQ(slices.scalar_type(), at::kLong);
  EXPECT_EQ(slices.sizes(), (at::IntArrayRef{4, 2, 3}));
  EXPECT_EQ(slices[3][1][2].item<std::int64_t>(), 7);
}

TEST(Slices, ThumbnailsHaveMeanZeroAndDeviationOne) {
  const at::Tensor thumbs = thumbnails(slices_of(counting_volume(), 0), 8).flatten(1);
  EXPECT_LT(thumbs.mean(1).abs().max().item<double>(), 1e-5);
  EXPECT_NEAR(thumbs.std(1, false).mean().item<double>(), 1, 1e-5);
  const at::Tensor empty = thumbnails(at::zeros({1, 1, 6, 6}), 8);
  EXPECT_EQ(empty.abs().max().item<double>(), 0) << "an empty slice stays empty";
}

TEST(Slices, ScaledMasksAreSharesThatSumToOne) {
  const at::Tensor labels = at::arange(12, at::kLong).view({3, 4}).remainder(3);
  const at::Tensor masks = scaled_masks(labels, 3, 7, 9);
  EXPECT_EQ(masks.sizes(), (at::IntArrayRef{3, 7, 9}));
  EXPECT_LT((masks.sum(0) - 1).abs().max().item<double>(), 1e-5);
  EXPECT_TRUE(scaled_masks(labels, 3, 3, 4).argmax(0).equal(labels)) << "same size: as it was";
}

TEST(Slices, AxesAreNamedAsTheArrayAxes) {
  EXPECT_EQ(parse_axes("y"), std::vector<int>{1});
  EXPECT_EQ(parse_axes("all"), (std::vector<int>{0, 1, 2}));
}

}  // namespace
}  // namespace voxarena::fewshot
