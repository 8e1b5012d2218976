#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "preprocessing/planner.h"
#include "preprocessing/topology.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

Plans plans_of(const Spacing& spacing, const Extent& shape) {
  Fingerprint fingerprint;
  fingerprint.spacings = {spacing};
  fingerprint.shapes_after_crop = {shape};
  return plan_experiment(fingerprint,
                         {.dataset_name = "test", .channel_names = {"MR"}, .training_cases = 100});
}

std::int64_t patch_voxels(const Plan& plan) { return voxels(plan.configuration.patch_extent()); }

TEST(FitToBudget, ChangesNothingWithoutBounds) {
  const Plans plans = plans_of({1, 1, 1}, {138, 169, 138});
  Plans fitted = plans;
  fitted.configurations = {fit_to_budget(plans, "3d_fullres", 1, 4, {}).configuration};
  EXPECT_EQ(to_json(fitted)["configurations"]["3d_fullres"],
            to_json(plans)["configurations"]["3d_fullres"]);
}

TEST(FitToBudget, BoundsPatchBatchAndWidth) {
  const Plans plans = plans_of({1, 1, 1}, {138, 169, 138});
  const Budget budget{
      .name = "cpu", .batch_size = 1, .patch_voxels = 40 * 56 * 40, .base_features = 16};
  const Plan plan = fit_to_budget(plans, "3d_fullres", 2, 4, budget);
  EXPECT_LE(patch_voxels(plan), budget.patch_voxels);
  EXPECT_GE(patch_voxels(plan), budget.patch_voxels / 2) << "the bound is used";
  EXPECT_EQ(plan.configuration.batch_size, 1);
  EXPECT_EQ(plan.channels, 2);
  EXPECT_EQ(plan.classes, 4);

  const Architecture& a = plan.architecture();
  const std::vector<double> patch(plan.patch_size().begin(), plan.patch_size().end());
  const Topology topology = derive_topology(plan.configuration.spacing, patch);
  EXPECT_EQ(topology.patch, plan.patch_size()) << "the patch is a multiple of the strides";
  EXPECT_EQ(a.strides, topology.strides);
  EXPECT_EQ(a.kernel_sizes, topology.kernels);
  EXPECT_EQ(a.features.front(), 16);
  EXPECT_EQ(a.features.size(), a.strides.size());
  EXPECT_EQ(a.blocks_per_stage.size(), a.strides.size());
  EXPECT_EQ(a.convs_per_decoder_stage.size(), a.strides.size() - 1);
}

TEST(FitToBudget, KeepsTheThickAxisOfAnisotropicData) {
  const Plan plan = fit_to_budget(plans_of({5, 0.8, 0.8}, {18, 256, 256}), "3d_fullres", 1, 2,
                                  {.patch_voxels = 100'000});
  EXPECT_LE(patch_voxels(plan), 100'000);
  EXPECT_NEAR(static_cast<double>(plan.patch_size()[0]) / 18,
              static_cast<double>(plan.patch_size()[1]) / 256, 0.1);
  EXPECT_EQ(plan.architecture().strides[1][0], 1);
}

TEST(FitToBudget, CapsWidthAtThePlannersMaximum) {
  const Plan plan = fit_to_budget(plans_of({1, 1, 1}, {138, 169, 138}), "3d_fullres", 1, 2,
                                  {.base_features = 64});
  EXPECT_EQ(plan.architecture().features, (std::vector<std::int64_t>{64, 128, 256, 320, 320, 320}));
}

TEST(FitToBudget, WorksIn2d) {
  const Plan plan =
      fit_to_budget(plans_of({1, 1, 1}, {36, 50, 35}), "2d", 1, 3, {.patch_voxels = 1000});
  EXPECT_EQ(plan.dimensions(), 2);
  EXPECT_LE(patch_voxels(plan), 1000);
  EXPECT_GE(plan.architecture().stages(), 2);
}

TEST(FitToBudget, NeverGoesBelowWhatTheTopologyAllows) {
  const Plans plans = plans_of({1, 1, 1}, {36, 50, 35});
  EXPECT_THROW(fit_to_budget(plans, "3d_fullres", 1, 3, {.patch_voxels = 20}), Error);
  for (const std::int64_t most : {512, 1000, 4096, 30'000}) {
    const Plan plan = fit_to_budget(plans, "3d_fullres", 1, 3, {.patch_voxels = most});
    EXPECT_LE(patch_voxels(plan), most);
    EXPECT_GE(plan.architecture().stages(), 2);
    for (const std::int64_t n : plan.patch_size()) EXPECT_GE(n, kShortestFeatureMap);
  }
}

}  // namespace
}  // namespace voxarena
