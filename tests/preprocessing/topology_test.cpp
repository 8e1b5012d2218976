#include "preprocessing/topology.h"

#include <gtest/gtest.h>

#include "preprocessing/planner_settings.h"
#include "voxarena/plan/plans.h"

namespace voxarena {
namespace {

double cost(const std::vector<double>& spacing, const std::vector<double>& patch,
            const PlannerSettings& settings, std::int64_t classes) {
  const Topology t = derive_topology(spacing, patch);
  Architecture a;
  a.network_class = settings.network_class;
  a.features = features_per_stage(t.stages(), 32,
                                  spacing.size() == 2 ? settings.reference_2d.most_features
                                                      : settings.reference_3d.most_features);
  a.blocks_per_stage = settings.blocks_per_stage;
  a.blocks_per_stage.resize(t.stages(), settings.blocks_per_stage.back());
  a.convs_per_decoder_stage.assign(t.stages() - 1, settings.convs_per_decoder_stage);
  return feature_map_elements(t, a, classes);
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
  const PlannerSettings plain, residual = planner_settings("nnUNetPlannerResEncM");
  EXPECT_EQ(cost({1, 1, 1}, {128, 128, 128}, plain, 3), 452796416);
  EXPECT_EQ(cost({1, 1, 1}, {128, 128, 128}, plain, 4), 454893568);
  EXPECT_EQ(cost({1, 1, 1}, {128, 128, 128}, residual, 3), 557420544);
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
