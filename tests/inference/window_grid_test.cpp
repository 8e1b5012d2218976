#include "inference/window_grid.h"

#include <c10/util/Half.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/inference/fixtures.h"

namespace voxarena {
namespace {

using testing::golden;

TEST(WindowGrid, PositionsAreThoseOfNnunet) {
  for (const auto& one : golden()["positions"]) {
    EXPECT_EQ(window_positions(one["size"], one["patch"], one["step"]),
              one["positions"].get<std::vector<std::int64_t>>())
        << one.dump();
  }
}

TEST(WindowGrid, AxisZeroIsOutermost) {
  const std::vector<Extent> expected{{0, 0, 0}, {0, 0, 2}, {0, 2, 0}, {0, 2, 2},
                                     {2, 0, 0}, {2, 0, 2}, {2, 2, 0}, {2, 2, 2}};
  EXPECT_EQ(window_corners({6, 6, 6}, {4, 4, 4}, 0.5), expected);
}

TEST(WindowGrid, APatchOfOneSliceVisitsEverySlice) {
  const std::vector<Extent> expected{{0, 0, 0}, {1, 0, 0}, {2, 0, 0}};
  EXPECT_EQ(window_corners({3, 4, 4}, {1, 4, 4}, 0.5), expected);
}

TEST(WindowGrid, SmallImagesArePaddedWithTheOddVoxelBehind) {
  const Padding padding = padding_to_patch({3, 8, 10}, {8, 8, 8});
  EXPECT_EQ(padding.size, (Extent{8, 8, 10}));
  EXPECT_EQ(padding.image, (Box{{2, 0, 0}, {5, 8, 10}}));
  EXPECT_TRUE(padding.any());
  EXPECT_FALSE(padding_to_patch({8, 8, 10}, {8, 8, 8}).any());
}

TEST(WindowGrid, ImportanceIsNnunetsWithinOneHalfUlp) {
  for (const auto& one : golden()["gaussians"]) {
    const auto patch = one["patch"].get<Extent>();
    const auto map = gaussian_importance(patch);
    const auto stride = one["stride"].get<std::size_t>();
    std::size_t place = 0;
    for (const auto& bits : one["half_bits"]) {
      // Bit patterns of positive halves are ordered as their values.
      EXPECT_LE(std::abs(static_cast<int>(c10::Half(map[place]).x) - bits.get<int>()), 1) << place;
      EXPECT_GT(map[place], 0.0F);
      place += stride;
    }
    EXPECT_GE(place, map.size());
  }
}

}  // namespace
}  // namespace voxarena
