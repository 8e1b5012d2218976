#include "benchmark/nnunet_training.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "benchmark/budgets.h"
#include "benchmark/nnunet_model.h"
#include "tests/benchmark/small_phantom.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "training/nnunet_checkpoint.h"
#include "training/trainer.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

class NnunetTrainingTest : public testing::Test {
 protected:
  NnunetTrainingTest() {
    context_.quiet = true;
    test::write_small_phantom(folder_.path(), 5, context_);
    dataset_ = plan_dataset("900", {folder_ / "raw", folder_ / "preprocessed", {}}, context_);
    settings_.budget = find_budget("smoke");
    settings_.budget.iterations = 4;
    settings_.budget.iterations_per_epoch = 2;
    settings_.mirror_axes = {2};
  }

  fs::path train(const NnunetTrainingRequest& request) {
    return train_nnunet(dataset_, folder_ / "results", request, settings_, {}, context_);
  }

  test::TemporaryFolder folder_;
  RunContext context_;
  PreparedDataset dataset_;
  ProtocolSettings settings_;
};

TEST_F(NnunetTrainingTest, EndsInNnunetsFolder) {
  const fs::path fold = train({.probabilities = true});
  EXPECT_EQ(fold,
            folder_ / "results/Dataset900_Phantom/nnUNetTrainer__nnUNetPlans__3d_fullres/fold_0");
  for (const char* name : {"checkpoint_final.pth", "checkpoint_best.pth", "validation/summary.json",
                           "../plans.json", "../dataset.json", "../dataset_fingerprint.json"})
    EXPECT_TRUE(fs::exists(fold / name)) << name;
  const NnunetCheckpoint checkpoint = read_nnunet_checkpoint(fold / "checkpoint_final.pth");
  EXPECT_EQ(checkpoint.configuration, "3d_fullres");
  EXPECT_EQ(checkpoint.mirror_axes, std::vector<int>{2});
  const std::string id = dataset_.splits.front().val.front();
  for (const char* ending : {".nii.gz", ".npz", ".pkl"})
    EXPECT_TRUE(fs::exists(fold / "validation" / (id + ending))) << ending;
  EXPECT_TRUE(is_nnunet_model(fold.parent_path()));
}

TEST_F(NnunetTrainingTest, FoldAllTrainsAndValidatesEveryCase) {
  const fs::path fold = train({.fold = kAllCases});
  EXPECT_EQ(fold.filename(), "fold_all");
  for (const RawCase& one : dataset_.raw.cases)
    EXPECT_TRUE(fs::exists(fold / "validation" / (one.id + ".nii.gz"))) << one.id;
}

TEST_F(NnunetTrainingTest, ValidationAloneNeedsATrainedFold) {
  EXPECT_INPUT_ERROR(train({.validate_only = true}), "checkpoint_final.pth: is not there");
  const fs::path fold = train({});
  fs::remove_all(fold / "validation");
  EXPECT_EQ(train({.validate_only = true, .validate_best = true}), fold);
  EXPECT_TRUE(fs::exists(fold / "validation/summary.json"));
}

TEST_F(NnunetTrainingTest, AnInterruptedTrainingIsNotStartedAnewByAccident) {
  const fs::path fold = train({});
  fs::remove(final_checkpoint(fold));  // as if it had not come so far
  EXPECT_INPUT_ERROR(train({}), "holds a training that was interrupted");
  EXPECT_TRUE(fs::exists(train({.fresh = false}) / "checkpoint_final.pth"));
}

// As nnU-Net: the first stage's folds leave their labels beside them, the second one starts from
// them.
TEST_F(NnunetTrainingTest, ACascadeTakesTheLabelsOfTheFirstStage) {
  Configuration lowres = dataset_.plans.configuration("3d_fullres"), cascade = lowres;
  lowres.name = "3d_lowres";
  lowres.data_identifier = "nnUNetPlans_3d_lowres";
  lowres.spacing[1] *= 1.5;
  lowres.next_stages = {cascade.name = "3d_cascade_fullres"};
  cascade.previous_stage = lowres.name;
  dataset_.plans.configurations.push_back(lowres);
  dataset_.plans.configurations.push_back(cascade);
  dataset_.splits.resize(2);
  dataset_.splits[0] = {.train = {"phantom_000", "phantom_001"},
                        .val = {"phantom_002", "phantom_003", "phantom_004"}};
  dataset_.splits[1] = {.train = dataset_.splits[0].val, .val = dataset_.splits[0].train};
  const auto request = [](const std::string& configuration, int fold) {
    return NnunetTrainingRequest{.model = {.configuration = configuration}, .fold = fold};
  };
  const auto run = [&](const std::string& configuration, int fold) {
    settings_.configuration = configuration;
    return train(request(configuration, fold));
  };
  EXPECT_INPUT_ERROR(run("3d_cascade_fullres", 1),
                     "the prediction of the previous stage is missing");
  fs::remove_all(folder_ / "results");
  const fs::path first = run("3d_lowres", 0).parent_path();
  run("3d_lowres", 1);
  for (const RawCase& one : dataset_.raw.cases)
    EXPECT_TRUE(fs::exists(first / "predicted_next_stage/3d_cascade_fullres" / (one.id + ".b2nd")));
  const fs::path second = run("3d_cascade_fullres", 1);
  EXPECT_TRUE(fs::exists(second / "checkpoint_final.pth"));
  EXPECT_TRUE(fs::exists(second / "validation/phantom_001.nii.gz"));
}

TEST(SettingsOfTrainer, FollowTheName) {
  const auto settings = [](const std::string& trainer) {
    return settings_of_trainer({.trainer = trainer, .configuration = "2d"});
  };
  EXPECT_EQ(settings("nnUNetTrainer").budget.iterations, 250'000);
  EXPECT_EQ(settings("nnUNetTrainer").configuration, "2d");
  EXPECT_FALSE(settings("nnUNetTrainer").mirror_axes.has_value());
  EXPECT_EQ(settings("nnUNetTrainer_5epochs").budget.iterations, 1250);
  EXPECT_EQ(settings("nnUNetTrainer_1epoch").budget.iterations, 250);
  EXPECT_EQ(settings("nnUNetTrainerNoMirroring").mirror_axes, std::vector<int>{});
  EXPECT_EQ(settings("nnUNetTrainer_250epochs_NoMirroring").mirror_axes, std::vector<int>{});
  EXPECT_FALSE(settings("nnUNetTrainerNoDA").augmentation);
  EXPECT_INPUT_ERROR(settings("nnUNetTrainerDA5"), "there is no trainer 'nnUNetTrainerDA5'");
}

}  // namespace
}  // namespace voxarena
