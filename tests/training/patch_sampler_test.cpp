#include "training/patch_sampler.h"

#include <gtest/gtest.h>

#include <cstddef>

#include "voxarena/data/store.h"

namespace voxarena {
namespace {

std::vector<int> forced(std::int64_t batch) {
  std::vector<int> samples;
  for (int j = 0; j < batch; ++j) {
    if (forces_foreground(j, batch, 0.33)) samples.push_back(j);
  }
  return samples;
}

TEST(PatchSampler, ForcesTheLastThirdOfABatch) {
  EXPECT_EQ(forced(2), std::vector<int>({1}));
  EXPECT_EQ(forced(3), std::vector<int>({2}));
  EXPECT_EQ(forced(5), std::vector<int>({3, 4}));
  EXPECT_EQ(forced(9), std::vector<int>({6, 7, 8}));
}

TEST(PatchSampler, StartsWithinTheVolumePaddedByTheMargin) {
  // Python: lb = -need // 2, ub = shape + need // 2 + need % 2 - initial.
  const StartRange large = start_range({100, 100, 100}, {20, 21, 20}, {16, 16, 20});
  EXPECT_EQ(large.lowest, (Extent{-2, -3, 0}));
  EXPECT_EQ(large.highest, (Extent{82, 82, 80}));
  const StartRange small = start_range({10, 1, 15}, {20, 20, 20}, {16, 16, 16});
  EXPECT_EQ(small.lowest, (Extent{-5, -10, -3}));
  EXPECT_EQ(small.highest, (Extent{-5, -9, -2}));
}

TEST(PatchSampler, RandomBoxesCoverTheWholeRange) {
  CounterRandom random(3, {1});
  const StartRange range = start_range({12, 30, 9}, {10, 10, 10}, {8, 8, 8});
  Extent lowest{1000, 1000, 1000}, highest{-1000, -1000, -1000};
  for (int i = 0; i < 2000; ++i) {
    const Box box = draw_box({12, 30, 9}, {}, {10, 10, 10}, {8, 8, 8}, Centre::anywhere, random);
    EXPECT_EQ(box.size(), (Extent{10, 10, 10}));
    for (std::size_t d = 0; d < 3; ++d) {
      lowest[d] = std::min(lowest[d], box.lo[d]);
      highest[d] = std::max(highest[d], box.lo[d]);
    }
  }
  EXPECT_EQ(lowest, range.lowest);
  EXPECT_EQ(highest, range.highest);
}

TEST(PatchSampler, ForegroundBoxesContainAVoxelOfEveryClassEquallyOften) {
  const ClassLocations locations = {{1, {{5, 5, 5}, {20, 20, 20}}},
                                    {2, {{39, 39, 39}}},
                                    {3, {}},
                                    {kAnnotatedVoxels, {{0, 0, 0}}}};
  CounterRandom random(3, {2});
  int second = 0;
  for (int i = 0; i < 2000; ++i) {
    const Box box =
        draw_box({40, 40, 40}, locations, {10, 12, 14}, {8, 8, 8}, Centre::foreground, random);
    const bool last =
        box.lo == Extent{34, 33, 32};  // around (39, 39, 39): reaches out of the volume
    second += last ? 1 : 0;
    EXPECT_TRUE(last || box.lo == (Extent{0, -1, -2}) || box.lo == (Extent{15, 14, 13}));
  }
  EXPECT_NEAR(second, 1000, 100);
}

TEST(PatchSampler, ForegroundBoxesStartNoEarlierThanRandomOnes) {
  CounterRandom random(3, {3});
  const Box box = draw_box({40, 40, 40}, {{1, {{0, 0, 0}}}}, {20, 20, 20}, {16, 16, 16},
                           Centre::foreground, random);
  EXPECT_EQ(box.lo, (Extent{-2, -2, -2}));
}

TEST(PatchSampler, CasesWithoutForegroundAreSampledAnywhere) {
  CounterRandom random(3, {4}), same(3, {4});
  const Box box =
      draw_box({40, 40, 40}, {{1, {}}}, {10, 10, 10}, {8, 8, 8}, Centre::foreground, random);
  EXPECT_EQ(box, draw_box({40, 40, 40}, {}, {10, 10, 10}, {8, 8, 8}, Centre::anywhere, same));
}

TEST(PatchSampler, UnforcedBoxesFollowTheAnnotationWhenThereIsAnIgnoreLabel) {
  CounterRandom random(3, {5});
  const ClassLocations locations = {{1, {{5, 5, 5}}}, {kAnnotatedVoxels, {{25, 26, 27}}}};
  const Box box =
      draw_box({40, 40, 40}, locations, {10, 10, 10}, {8, 8, 8}, Centre::annotated, random);
  EXPECT_EQ(box.lo, (Extent{20, 21, 22}));
}

}  // namespace
}  // namespace voxarena
