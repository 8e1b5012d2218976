#include "plugins/fewshot/incontext/support_slices.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/plugins/fewshot/made_up_cases.h"

namespace voxarena::fewshot::testing {
namespace {

SupportSet two_balls() {
  SupportSet set;
  set.cases = {ball_case({20, 20, 20}, {10, 10, 10}, 4), ball_case({20, 30, 40}, {10, 15, 20}, 5)};
  return set;
}

TEST(CoveredBox, HoldsTheForegroundOfAllSupports) {
  const RelativeBox box = covered_box(two_balls());
  for (const SupportCase& one : two_balls().cases) {
    const Box inside = box.in(one.labels.size);
    for (std::int64_t z = 0; z < one.labels.size[0]; ++z) {
      for (std::int64_t y = 0; y < one.labels.size[1]; ++y) {
        for (std::int64_t x = 0; x < one.labels.size[2]; ++x) {
          if (one.labels.at(0, z, y, x) == 0) continue;
          const bool in = z >= inside.lo[0] && z < inside.hi[0] && y >= inside.lo[1] &&
                          y < inside.hi[1] && x >= inside.lo[2] && x < inside.hi[2];
          ASSERT_TRUE(in) << z << ' ' << y << ' ' << x;
        }
      }
    }
  }
  EXPECT_EQ(box.in({20, 20, 20}).lo[0], 5) << "6 of 20 less the margin";
}

TEST(CoveredBox, IsEverythingWithoutForeground) {
  SupportSet set = two_balls();
  for (SupportCase& one : set.cases) std::ranges::fill(one.labels.values, std::int16_t{0});
  EXPECT_EQ(covered_box(set).in({7, 8, 9}), (Box{{0, 0, 0}, {7, 8, 9}}));
}

TEST(SupportSlices, KnowWhatTheyShowAndWhereTheyAreFrom) {
  const SupportSlices slices = support_slices(two_balls(), 3, {}, 0);
  EXPECT_EQ(slices.images.sizes(), (at::IntArrayRef{40, 1, kSide, kSide}));
  EXPECT_EQ(slices.masks.sizes(), (at::IntArrayRef{40, 3, kSide, kSide}));
  EXPECT_LT((slices.masks.sum(1) - 1).abs().max().item<double>(), 1e-5);
  EXPECT_EQ(slices.owner.sum().item<std::int64_t>(), 20);
  EXPECT_TRUE(slices.shown[10][1].item<bool>());
  EXPECT_FALSE(slices.shown[0][1].item<bool>());
}

TEST(NearestSlices, FindTheSliceItselfAndLeaveOutTheExcluded) {
  const SupportSlices slices = support_slices(two_balls(), 3, {}, 0);
  const at::Tensor asked = slices.images.slice(0, 8, 13);
  EXPECT_TRUE(nearest_slices(asked, slices, 3).select(1, 0).equal(at::arange(8, 13)));
  const at::Tensor own = slices.owner.eq(0).unsqueeze(0).expand({5, 40});
  EXPECT_TRUE(nearest_slices(asked, slices, 20, own).ge(20).all().item<bool>());
  EXPECT_EQ(nearest_slices(asked, slices, 1000).size(1), 40);
}

}  // namespace
}  // namespace voxarena::fewshot::testing
