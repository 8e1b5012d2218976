#include "preprocessing/topology.h"

#include <gtest/gtest.h>

namespace voxarena {
namespace {

double plain_cost(const std::vector<double>& spacing, const std::vector<double>& patch,
                  std::int64_t most, std::int64_t classes) {
  const Topology t = derive_topology(spacing, patch);
  const std::vector<int> convs(t.stages(), 2);
  return plain_unet_feature_map_elements(t, features_per_stage(t.stages(), 32, most), convs,
                                         std::vector<int>(t.stages() - 1, 2), classes);
}

TEST(Topology, IsotropicCubePoolsFiveTimes) {
  const Topology t = derive_topology({1, 1, 1}, {128, 128, 128});
  EXPECT_EQ(t.stages(), 6u);
  EXPECT_EQ(t.divisor, (std::vector<std::int64_t>{32, 32, 32}));
  EXPECT_EQ(t.kernels.front(), (std::vector<std::int64_t>{3, 3, 3}));
}

TEST(Topology, ThickAxisStaysFlatAtFirst) {
  const Topology t = derive_topology({3.6, .625, .625}, {20, 320, 256});
  const std::vector<std::vector<std::int64_t>> strides{{1, 1, 1}, {1, 2, 2}, {1, 2, 2}, {2, 2, 2},
                                                       {2, 2, 2}, {1, 2, 2}, {1, 2, 2}};
  const std::vector<std::vector<std::int64_t>> kernels{{1, 3, 3}, {1, 3, 3}, {3, 3, 3}, {3, 3, 3},
                                                       {3, 3, 3}, {3, 3, 3}, {3, 3, 3}};
  EXPECT_EQ(t.strides, strides);
  EXPECT_EQ(t.kernels, kernels);
}

TEST(Topology, PadsFractionalSizes) {
  EXPECT_EQ(derive_topology({1, 1}, {49.5, 35}).patch, (std::vector<std::int64_t>{56, 40}));
}

TEST(Topology, TinyPatchIsNotPooled) {
  const Topology t = derive_topology({1, 1, 1}, {1, 7, 7});
  EXPECT_EQ(t.stages(), 1u);
  EXPECT_EQ(t.patch, (std::vector<std::int64_t>{1, 7, 7}));
}

TEST(Topology, SingleAxisNeedsTwelveVoxels) {
  EXPECT_EQ(derive_topology({1, 1}, {11, 4}).stages(), 1u);
  EXPECT_EQ(derive_topology({1, 1}, {12, 4}).stages(), 2u);
}

TEST(Topology, MemoryMeasureOfPublishedNetworks) {
  EXPECT_EQ(plain_cost({1, 1, 1}, {128, 128, 128}, 320, 3), 452796416);
  EXPECT_EQ(plain_cost({1, 1, 1}, {128, 128, 128}, 320, 4), 454893568);
}

TEST(Topology, LastOfEquallyCoveredAxesShrinks) {
  EXPECT_EQ(most_covering_axis({64, 64, 64}, {100, 100, 100}, {true, true, true}), 2);
  EXPECT_EQ(most_covering_axis({64, 64, 32}, {100, 100, 100}, {true, true, true}), 1);
  EXPECT_EQ(most_covering_axis({64, 64, 32}, {100, 100, 100}, {false, false, true}), 2);
  EXPECT_EQ(most_covering_axis({64, 64}, {100, 100}, {false, false}), -1);
}

TEST(Topology, ShrinkingDoesNotJumpOverValidSizes) {
  const std::vector<double> spacing{1, 1, 1};
  EXPECT_EQ(shrink(spacing, derive_topology(spacing, {256, 256, 256}), 2),
            (std::vector<std::int64_t>{256, 256, 224}));
}

}  // namespace
}  // namespace voxarena
