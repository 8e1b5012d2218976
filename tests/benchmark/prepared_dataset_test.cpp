#include "benchmark/prepared_dataset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/benchmark/small_phantom.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

class PreparedDatasetTest : public testing::Test {
 protected:
  PreparedDatasetTest() {
    context_.quiet = true;
    test::write_small_phantom(folder_.path(), 6, context_);
  }

  fs::path raw() const { return folder_ / "raw/Dataset900_Phantom"; }
  fs::path prepared(const std::string& file) const {
    return folder_ / "preprocessed/Dataset900_Phantom" / file;
  }
  PreparedDataset plan(const std::string& patient = "") const {
    const Roots roots{folder_ / "raw", folder_ / "preprocessed", {}};
    return plan_dataset("900", roots, context_, {.patient = patient});
  }

  test::TemporaryFolder folder_;
  RunContext context_;
};

TEST_F(PreparedDatasetTest, PredictionsAreComparedWithTheLabelsAsTheyAreNow) {
  const std::string before = plan().hash;
  LabelImage label = read_label(raw() / "labelsTr/phantom_003.nii.gz");
  std::ranges::fill(label.voxels.values, std::int16_t{2});
  write_label(raw() / "labelsTr/phantom_003.nii.gz", label);
  EXPECT_NE(plan().hash, before);
  EXPECT_EQ(read_label(prepared("gt_segmentations/phantom_003.nii.gz")).voxels.values,
            label.voxels.values);
}

TEST_F(PreparedDatasetTest, LabelsOfAFileListGetTheNamesOfTheirCases) {
  Json description = read_json(raw() / "dataset.json");
  for (int i = 0; i < 6; ++i) {
    const std::string id = "phantom_00" + std::to_string(i);
    const std::string label = "patient" + std::to_string(i) + "/seg.nii.gz";
    fs::create_directories((raw() / label).parent_path());
    fs::rename(raw() / "labelsTr" / (id + ".nii.gz"), raw() / label);
    description["dataset"][id] = {{"images", {"imagesTr/" + id + "_0000.nii.gz"}},
                                  {"label", label}};
  }
  write_json(raw() / "dataset.json", description);
  plan();
  for (int i = 0; i < 6; ++i) {
    const std::string number = std::to_string(i);
    EXPECT_EQ(test::read_text(prepared("gt_segmentations/phantom_00" + number + ".nii.gz")),
              test::read_text(raw() / ("patient" + number) / "seg.nii.gz"));
  }
}

TEST_F(PreparedDatasetTest, SplitsOfTheRawFolderAreHonouredWheneverTheyCome) {
  EXPECT_EQ(plan().splits.size(), 5U);
  const std::string one_fold =
      R"([{"train": ["phantom_000", "phantom_001"], "val": ["phantom_002"]}])";
  test::write_text(raw() / "splits_final.json", one_fold);
  EXPECT_EQ(plan().splits.size(), 1U);
  fs::remove(raw() / "splits_final.json");
  EXPECT_EQ(plan().splits.size(), 5U);
  test::write_text(prepared("splits_final.json"), one_fold);
  EXPECT_EQ(plan().splits.size(), 1U) << "the user's, not ours";
}

TEST_F(PreparedDatasetTest, FoldsArePatientWiseIfAskedFor) {
  EXPECT_EQ(plan().splits.size(), 5U);
  EXPECT_INPUT_ERROR(plan("phantom_00"), "1 cases cannot be split");  // all are one patient
  test::write_text(prepared("splits_final.json"),
                   R"([{"train": ["phantom_000", "phantom_001"], "val": ["phantom_002"]}])");
  EXPECT_INPUT_ERROR(plan("phantom"), "validates on 'phantom_002' of the same patient");
}

TEST_F(PreparedDatasetTest, PlansAreMadeByTheirPlannerAndRemembered) {
  const Roots roots{folder_ / "raw", folder_ / "preprocessed", {}};
  const auto plan_with = [&](const PlanRequest& request) {
    return plan_dataset("900", roots, context_, request).plans;
  };
  EXPECT_EQ(plan_with({}).experiment_planner, "ExperimentPlanner");
  EXPECT_EQ(plan_with({.plans = "nnUNetResEncUNetLPlans"}).experiment_planner,
            "nnUNetPlannerResEncL");
  EXPECT_INPUT_ERROR(plan_with({.plans = "mine"}), "mine.json: no such plans");

  PlannerSettings mine = planner_settings("nnUNetPlannerResEncM");
  mine.plans_name = "mine";
  mine.target_spacing = Spacing{2, 2, 2};
  EXPECT_EQ(plan_with({.planner = mine}).configuration("3d_fullres").spacing,
            (std::vector<double>{2, 2, 2}));
  EXPECT_EQ(plan_with({.plans = "mine"}).plans_name, "mine");

  // The user's configuration and the target spacing outlive a change of the data.
  Json json = read_json(prepared("mine.json"));
  json["configurations"]["half"] = {{"inherits_from", "3d_fullres"}, {"batch_size", 1}};
  write_json(prepared("mine.json"), json);
  LabelImage label = read_label(raw() / "labelsTr/phantom_003.nii.gz");
  std::ranges::fill(label.voxels.values, std::int16_t{1});
  write_label(raw() / "labelsTr/phantom_003.nii.gz", label);
  EXPECT_EQ(plan_with({}).plans_name, "nnUNetPlans");
  const Plans again = plan_with({.plans = "mine"});
  EXPECT_EQ(again.configuration("half").spacing, (std::vector<double>{2, 2, 2}));
  EXPECT_EQ(again.configuration("half").batch_size, 1);
}

TEST_F(PreparedDatasetTest, NothingOfAKilledRunIsLeft) {
  test::write_text(prepared("gt_segmentations/.tmp-999999999-0-phantom_000.nii.gz"), "half");
  plan();
  EXPECT_FALSE(fs::exists(prepared("gt_segmentations/.tmp-999999999-0-phantom_000.nii.gz")));
}

}  // namespace
}  // namespace voxarena
