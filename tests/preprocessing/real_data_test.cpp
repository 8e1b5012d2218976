// Real data sets, where they are at hand: VOXARENA_REAL_DATA names a folder in nnU-Net's raw
// layout.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "preprocessing/fingerprint_extraction.h"
#include "preprocessing/planner.h"
#include "voxarena/core/json.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {
namespace {

class RealData : public testing::TestWithParam<const char*> {};

void expect_intensities(const ChannelIntensity& ours, const Json& theirs) {
  const auto near = [&](double value, const char* key) {
    const double expected = theirs.at(key).get<double>();
    EXPECT_NEAR(value, expected, 1e-5 * std::abs(expected)) << key;
  };
  near(ours.max, "max");
  near(ours.mean, "mean");
  near(ours.median, "median");
  near(ours.min, "min");
  near(ours.percentile_00_5, "percentile_00_5");
  near(ours.percentile_99_5, "percentile_99_5");
  near(ours.std, "std");
}

// Against nnunetv2 2.8.1: tests/golden/preprocessing/make_real.py.
TEST_P(RealData, IsPlannedAsNnUNetPlansIt) {
  const char* root = std::getenv("VOXARENA_REAL_DATA");
  if (root == nullptr || !std::filesystem::exists(std::filesystem::path(root) / GetParam()))
    GTEST_SKIP() << "VOXARENA_REAL_DATA names no folder with " << GetParam();
  const Json golden =
      read_json(std::string(VOXARENA_SOURCE_DIR) + "/tests/golden/preprocessing/real_data.json")
          .at(GetParam());
  const RawDataset dataset =
      open_raw_dataset((std::filesystem::path(root) / GetParam()).string(), {});
  RunContext context;
  context.quiet = true;
  const Fingerprint fingerprint = extract_fingerprint(dataset, context);
  ASSERT_EQ(fingerprint.spacings.size(), golden.at("cases").get<std::size_t>());
  std::int64_t total = 0;
  std::array<double, 3> spacing_sums{};
  for (std::size_t i = 0; i < fingerprint.spacings.size(); ++i) {
    total += voxels(fingerprint.shapes_after_crop[i]);
    for (std::size_t axis = 0; axis < 3; ++axis)
      spacing_sums[axis] += fingerprint.spacings[i][axis];
  }
  EXPECT_EQ(total, golden.at("voxels").get<std::int64_t>());
  for (std::size_t axis = 0; axis < 3; ++axis)
    EXPECT_NEAR(spacing_sums[axis], golden.at("spacing_sums")[axis].get<double>(), 1e-9);
  expect_intensities(fingerprint.intensities.at(0), golden.at("intensities").at("0"));

  const Plans plans = plan_experiment(fingerprint, planning_input(dataset));
  EXPECT_EQ(Json(plans.transpose_forward), golden.at("transpose_forward"));
  for (const auto& [name, expected] : golden.at("configurations").items()) {
    SCOPED_TRACE(name);
    const Configuration& ours = plans.configuration(name);
    EXPECT_EQ(ours.batch_size, expected.at("batch_size").get<std::int64_t>());
    EXPECT_EQ(Json(ours.patch_size), expected.at("patch_size"));
    EXPECT_EQ(Json(ours.median_image_size), expected.at("median_image_size_in_voxels"));
    EXPECT_EQ(Json(ours.spacing), expected.at("spacing"));
    EXPECT_EQ(ours.batch_dice, expected.at("batch_dice").get<bool>());
    EXPECT_EQ(Json(ours.architecture.strides), expected.at("strides"));
    EXPECT_EQ(Json(ours.architecture.features), expected.at("features"));
  }
}

INSTANTIATE_TEST_SUITE_P(Public, RealData,
                         testing::Values("Dataset004_Hippocampus", "Dataset027_ACDC"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace voxarena
