#include "preprocessing/planner.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

// Facts of the plans that nnunetv2's planners make for synthetic and real fingerprints.
const Json& fingerprint_plans() {
  static const Json json =
      read_json(std::string(VOXARENA_SOURCE_DIR) + "/tests/golden/nnunet/plans.json");
  return json;
}

const Json& golden_fingerprint(const std::string& name) {
  const Json& all = fingerprint_plans()["fingerprints"];
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Json& e) { return e["name"] == name; });
  EXPECT_NE(found, all.end()) << name;
  return *found;
}

std::string digits(const std::vector<std::vector<std::int64_t>>& lists) {
  std::vector<std::string> entries;
  for (const auto& entry : lists) entries.push_back(fmt::format("{}", fmt::join(entry, "")));
  return fmt::format("{}", fmt::join(entries, ","));
}

// As make_plans.py writes it: strides | kernels | features | convolutions or blocks | of the
// decoder.
std::string one_line(const Architecture& a) {
  return fmt::format("{}|{}|{}|{}|{}", digits(a.strides), digits(a.kernel_sizes),
                     fmt::join(a.features, ","), fmt::join(a.blocks_per_stage, ","),
                     fmt::join(a.convs_per_decoder_stage, ","));
}

// The last entries of `theirs`, as many as ours has.
void expect_near(const std::vector<double>& ours, const Json& theirs) {
  ASSERT_LE(ours.size(), theirs.size());
  const std::size_t from = theirs.size() - ours.size();
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const double expected = theirs[from + i].get<double>();
    EXPECT_NEAR(ours[i], expected, 1e-12 * std::abs(expected));
  }
}

std::vector<double> list(const std::array<double, 3>& values) {
  return {values.begin(), values.end()};
}

// `theirs`: [batch size, patch, architecture, batch dice], of a lowres stage also spacing and
// shape.
void expect_equal(const Configuration& ours, const Json& theirs, const Json& shared,
                  const PlannerSettings& settings) {
  SCOPED_TRACE(ours.name);
  const bool lowres = theirs.size() == 6;
  EXPECT_EQ(ours.batch_size, theirs[0]);
  EXPECT_EQ(ours.patch_size, theirs[1].get<std::vector<std::int64_t>>());
  const auto architecture = theirs[2].get<std::size_t>();
  EXPECT_EQ(one_line(ours.architecture), fingerprint_plans()["architectures"][architecture]);
  EXPECT_EQ(ours.architecture.network_class, settings.network_class);
  EXPECT_EQ(ours.batch_dice, theirs[3].get<bool>());
  expect_near(ours.spacing, lowres ? theirs[4] : shared["spacing"]);
  expect_near(ours.median_image_size, lowres ? theirs[5] : shared["shape"]);
  EXPECT_EQ(ours.normalization, shared["norm"].get<std::vector<std::string>>());
  EXPECT_EQ(ours.use_mask_for_norm, shared["mask"].get<std::vector<bool>>());
}

void expect_equal(const Plans& ours, const Json& theirs, const Json& shared,
                  const PlannerSettings& settings) {
  expect_near(list(ours.original_median_spacing), shared["median_spacing"]);
  expect_near(list(ours.original_median_shape), shared["median_shape"]);
  EXPECT_EQ(ours.transpose_forward, (shared["transpose"][0].get<std::array<int, 3>>()));
  EXPECT_EQ(ours.transpose_backward, (shared["transpose"][1].get<std::array<int, 3>>()));
  const bool cascade = theirs.contains("3d_lowres");
  EXPECT_EQ(ours.configurations.size(), theirs.size() + (cascade ? 1 : 0));
  for (const auto& [name, configuration] : theirs.items()) {
    ASSERT_TRUE(ours.has(name)) << name;
    expect_equal(ours.configuration(name), configuration, shared, settings);
  }
  if (!cascade) return;
  const Json json = to_json(ours)["configurations"];
  EXPECT_EQ(json["3d_cascade_fullres"],
            (Json{{"inherits_from", "3d_fullres"}, {"previous_stage", "3d_lowres"}}));
  EXPECT_EQ(json["3d_lowres"]["next_stage"], "3d_cascade_fullres");
}

Plans plan(const Json& entry, const PlannerSettings& settings = {}) {
  Fingerprint fingerprint;
  fingerprint.spacings = entry["spacings"].get<std::vector<Spacing>>();
  fingerprint.shapes_after_crop = entry["shapes"].get<std::vector<Extent>>();
  fingerprint.median_relative_size_after_cropping = entry["relative_size"];
  PlanningInput input;
  input.channel_names = entry["channels"].get<std::vector<std::string>>();
  input.label_keys = entry["labels"];
  input.training_cases = entry["training"];
  fingerprint.intensities.resize(input.channel_names.size());
  return plan_experiment(fingerprint, input, settings);
}

TEST(Planner, FivePlannersPlanAsNnunetDoes) {
  ASSERT_GE(fingerprint_plans()["fingerprints"].size(), 60u);
  for (const Json& entry : fingerprint_plans()["fingerprints"]) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    EXPECT_EQ(entry["planners"].size(), 5u);
    for (const auto& [planner, theirs] : entry["planners"].items()) {
      SCOPED_TRACE(planner);
      const PlannerSettings settings = planner_settings(planner);
      expect_equal(plan(entry, settings), theirs, entry["shared"], settings);
    }
  }
}

TEST(Planner, FollowsMemoryTargetAndTargetSpacing) {
  ASSERT_GE(fingerprint_plans()["options"].size(), 20u);
  for (const Json& entry : fingerprint_plans()["options"]) {
    PlannerSettings settings = planner_settings(entry["planner"]);
    if (entry.contains("gpu_memory_target_in_gb"))
      settings.memory = entry["gpu_memory_target_in_gb"];
    if (entry.contains("overwrite_target_spacing"))
      settings.target_spacing = entry["overwrite_target_spacing"].get<Spacing>();
    SCOPED_TRACE(fmt::format("{} {} {} GB", entry["name"].get<std::string>(), settings.planner_name,
                             settings.memory));
    expect_equal(plan(golden_fingerprint(entry["name"]), settings), entry["plans"], entry["shared"],
                 settings);
  }
}

// Everything that Python writes for one data set, names and keys included.
TEST(Planner, WritesThePlansFileOfTheResidualEncoder) {
  const Json theirs =
      read_json(std::string(VOXARENA_SOURCE_DIR) + "/tests/golden/nnunet/resenc_l_plans.json");
  Json ours = to_json(plan(golden_fingerprint("liver"), planner_settings("nnUNetPlannerResEncL")));
  for (const char* key : {"dataset_name", "foreground_intensity_properties_per_channel"})
    ours[key] = theirs[key];
  EXPECT_EQ(ours, theirs);
}

TEST(Planner, PlansAreFoundByPlannerAndByName) {
  EXPECT_EQ(planner_settings("nnUNetPlannerResEncM").plans_name, "nnUNetResEncUNetMPlans");
  EXPECT_EQ(planner_of_plans("nnUNetResEncUNetXLPlans")->planner_name, "nnUNetPlannerResEncXL");
  EXPECT_FALSE(planner_of_plans("myPlans"));
  EXPECT_THROW(planner_settings("ResEncL"), Error);
}

struct Published {
  const char* name;
  std::vector<std::int64_t> patch_3d, patch_2d;
  std::int64_t batch_3d, batch_2d;
};

TEST(Planner, MakesThePublishedPlans) {
  const std::vector<Published> published{{"hippocampus", {40, 56, 40}, {56, 40}, 9, 366},
                                         {"prostate", {20, 320, 256}, {320, 320}, 2, 32},
                                         {"liver", {128, 128, 128}, {512, 512}, 2, 12},
                                         {"brats", {128, 128, 128}, {192, 160}, 2, 105}};
  for (const Published& p : published) {
    SCOPED_TRACE(p.name);
    const Plans plans = plan(golden_fingerprint(p.name));
    EXPECT_EQ(plans.configuration("3d_fullres").patch_size, p.patch_3d);
    EXPECT_EQ(plans.configuration("3d_fullres").batch_size, p.batch_3d);
    EXPECT_EQ(plans.configuration("2d").patch_size, p.patch_2d);
    EXPECT_EQ(plans.configuration("2d").batch_size, p.batch_2d);
    EXPECT_EQ(plans.configuration("2d").data_identifier, "nnUNetPlans_2d");
  }
}

TEST(Planner, SingleSliceDataHaveOnlyA2dConfiguration) {
  Fingerprint fingerprint;
  fingerprint.spacings = {{999, 1, 1}};
  fingerprint.shapes_after_crop = {{1, 300, 280}};
  const Plans plans = plan_experiment(
      fingerprint, {.dataset_name = "flat", .channel_names = {"MR"}, .training_cases = 40});
  EXPECT_TRUE(plans.has("2d"));
  EXPECT_FALSE(plans.has("3d_fullres"));
}

TEST(Planner, RefusesImpossibleFingerprints) {
  EXPECT_THROW(plan_experiment({}, {.dataset_name = "empty"}), Error);
  Fingerprint fingerprint;
  fingerprint.spacings = {{1, 0, 1}};
  fingerprint.shapes_after_crop = {{10, 10, 10}};
  EXPECT_THROW(plan_experiment(fingerprint, {.dataset_name = "flat spacing"}), Error);
}

TEST(Planner, RefusesImpossibleTargets) {
  const Json& entry = golden_fingerprint("hippocampus");
  PlannerSettings settings;
  settings.memory = 0;
  EXPECT_THROW(plan(entry, settings), Error);
  settings.memory = 1e-6;
  EXPECT_THROW(plan(entry, settings), Error) << "no patch is that small";
  settings = {};
  settings.target_spacing = Spacing{1, -1, 1};
  EXPECT_THROW(plan(entry, settings), Error);
}

}  // namespace
}  // namespace voxarena
