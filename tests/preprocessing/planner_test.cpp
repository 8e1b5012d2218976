#include "preprocessing/planner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

// Facts of the plans that nnunetv2's ExperimentPlanner makes for real and synthetic fingerprints.
const Json& golden_plans() {
  static const Json json =
      read_json(std::string(VOXARENA_SOURCE_DIR) + "/tests/golden/preprocessing/planner.json");
  return json;
}

std::string digits(const std::vector<std::vector<std::int64_t>>& lists) {
  std::string out;
  for (const auto& entry : lists) {
    if (!out.empty()) out += ',';
    for (const std::int64_t i : entry) out += std::to_string(i);
  }
  return out;
}

void expect_near(const std::vector<double>& ours, const Json& theirs) {
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const double expected = theirs[i].get<double>();
    EXPECT_NEAR(ours[i], expected, 1e-12 * std::abs(expected));
  }
}

std::vector<double> list(const std::array<double, 3>& values) {
  return {values.begin(), values.end()};
}

void expect_equal(const Configuration& ours, const Json& theirs) {
  SCOPED_TRACE(ours.name);
  EXPECT_EQ(ours.batch_size, theirs["batch"]);
  EXPECT_EQ(ours.patch_size, theirs["patch"].get<std::vector<std::int64_t>>());
  expect_near(ours.median_image_size, theirs["median"]);
  expect_near(ours.spacing, theirs["spacing"]);
  EXPECT_EQ(ours.normalization, theirs["norm"].get<std::vector<std::string>>());
  EXPECT_EQ(ours.use_mask_for_norm, theirs["mask"].get<std::vector<bool>>());
  EXPECT_EQ(ours.batch_dice, theirs["batch_dice"].get<bool>());
  EXPECT_EQ(ours.architecture.features, theirs["features"].get<std::vector<std::int64_t>>());
  EXPECT_EQ(digits(ours.architecture.strides), theirs["strides"]);
  EXPECT_EQ(digits(ours.architecture.kernel_sizes), theirs["kernels"]);
}

Plans plan(const Json& entry) {
  Fingerprint fingerprint;
  fingerprint.spacings = entry["spacings"].get<std::vector<Spacing>>();
  fingerprint.shapes_after_crop = entry["shapes"].get<std::vector<Extent>>();
  fingerprint.median_relative_size_after_cropping = entry["relative_size"];
  PlanningInput input;
  input.channel_names = entry["channels"].get<std::vector<std::string>>();
  input.label_keys = entry["labels"];
  input.training_cases = entry["training"];
  fingerprint.intensities.resize(input.channel_names.size());
  return plan_experiment(fingerprint, input);
}

TEST(Planner, PlansAsNnunetDoes) {
  ASSERT_GE(golden_plans().size(), 39u);
  for (const Json& entry : golden_plans()) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    const Plans ours = plan(entry);
    const Json& theirs = entry["plans"];
    expect_near(list(ours.original_median_spacing), theirs["original_median_spacing_after_transp"]);
    expect_near(list(ours.original_median_shape), theirs["original_median_shape_after_transp"]);
    EXPECT_EQ(ours.transpose_forward, (theirs["transpose_forward"].get<std::array<int, 3>>()));
    EXPECT_EQ(ours.transpose_backward, (theirs["transpose_backward"].get<std::array<int, 3>>()));
    EXPECT_EQ(ours.configurations.size(), theirs["configurations"].size());
    for (const auto& [name, configuration] : theirs["configurations"].items()) {
      ASSERT_TRUE(ours.has(name)) << name;
      if (configuration.contains("inherits_from")) {
        EXPECT_EQ(to_json(ours)["configurations"][name], configuration);
      } else {
        expect_equal(ours.configuration(name), configuration);
      }
    }
  }
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
    const auto entry = std::find_if(golden_plans().begin(), golden_plans().end(),
                                    [&](const Json& e) { return e["name"] == p.name; });
    ASSERT_NE(entry, golden_plans().end());
    const Plans plans = plan(*entry);
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

}  // namespace
}  // namespace voxarena
