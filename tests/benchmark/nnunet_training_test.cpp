#include "benchmark/nnunet_training.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "benchmark/budgets.h"
#include "benchmark/nnunet_log.h"
#include "benchmark/nnunet_model.h"
#include "tests/benchmark/small_phantom.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "training/checkpoint.h"
#include "training/nnunet_checkpoint.h"
#include "training/trainer.h"
#include "training/training_log.h"
#include "voxarena/core/files.h"

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
  for (const char* name :
       {"checkpoint_final.pth", "checkpoint_best.pth", "validation/summary.json", "debug.json",
        "progress.png", "../plans.json", "../dataset.json", "../dataset_fingerprint.json"})
    EXPECT_TRUE(fs::exists(fold / name)) << name;
  const NnunetCheckpoint checkpoint = read_nnunet_checkpoint(fold / "checkpoint_final.pth");
  EXPECT_EQ(checkpoint.configuration, "3d_fullres");
  EXPECT_EQ(checkpoint.mirror_axes, std::vector<int>{2});
  const std::string id = dataset_.splits.front().val.front();
  for (const char* ending : {".nii.gz", ".npz", ".pkl"})
    EXPECT_TRUE(fs::exists(fold / "validation" / (id + ending))) << ending;
  EXPECT_TRUE(is_nnunet_model(fold.parent_path()));
  EXPECT_EQ(read_nnunet_logs(fold).epochs, 2);
  const NnunetSettings settings = read_nnunet_settings(fold / "debug.json");
  EXPECT_EQ(settings.epochs, 2);
  EXPECT_EQ(settings.mirror_axes, std::vector<int>{2});
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

TEST_F(NnunetTrainingTest, AnUnfinishedTrainingStartsAnewUnlessAskedToGoOn) {
  settings_.budget.iterations = 2;
  const fs::path fold = train({}), latest = latest_checkpoint(fold);
  fs::rename(final_checkpoint(fold), latest);  // as if it had stopped after its first epoch
  fs::remove(fold / "checkpoint_final.pth");
  fs::remove(fold / "checkpoint_best.pth");
  const Checkpoint first = read_checkpoint(latest);
  train({.resume = true});
  EXPECT_EQ(read_checkpoint(final_checkpoint(fold)).epoch, first.epoch);
  fs::rename(final_checkpoint(fold), latest);
  write_file(latest, "damaged: nobody reads it again");
  fs::remove(fold / "checkpoint_final.pth");
  train({});
  EXPECT_TRUE(fs::exists(fold / "checkpoint_final.pth"));
}

TEST_F(NnunetTrainingTest, AFinishedTrainingIsNotOverwritten) {
  const fs::path fold = train({});
  const std::string checkpoint = read_file(fold / "checkpoint_final.pth");
  EXPECT_INPUT_ERROR(train({}), "holds a finished training");
  EXPECT_INPUT_ERROR(train({.keep_checkpoints = false}), "holds a finished training");
  fs::remove_all(fold / "validation");
  train({.resume = true});
  EXPECT_TRUE(fs::exists(fold / "validation/summary.json"));
  EXPECT_EQ(read_file(fold / "checkpoint_final.pth"), checkpoint);
}

// nnU-Net's own trainer leaves its checkpoints alone.
TEST_F(NnunetTrainingTest, GoesOnFromACheckpointOfNnunet) {
  const fs::path fold = train({});
  const auto keep_only = [&](const fs::path& name) {
    const std::string checkpoint = read_file(fold / "checkpoint_final.pth");
    fs::remove_all(fold);
    write_file(fold / name, checkpoint);
    return checkpoint;
  };
  const std::string final = keep_only("checkpoint_final.pth");
  EXPECT_INPUT_ERROR(train({}), "holds a finished training");
  train({.resume = true});
  EXPECT_TRUE(fs::exists(fold / "validation/summary.json"));
  EXPECT_EQ(read_file(fold / "checkpoint_final.pth"), final);
  EXPECT_FALSE(fs::exists(final_checkpoint(fold)));

  keep_only("checkpoint_latest.pth");
  train({});  // anew
  EXPECT_EQ(read_training_log(fold / "log.jsonl", 100).size(), 2U);
  EXPECT_FALSE(fs::exists(fold / "checkpoint_latest.pth"));

  keep_only("checkpoint_latest.pth");
  settings_.budget.iterations = 6;  // of which 4 are done
  train({.resume = true});
  const std::vector<EpochRecord> log = read_training_log(fold / "log.jsonl", 100);
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(read_checkpoint(final_checkpoint(fold)).iteration, 6);
  EXPECT_TRUE(fs::exists(fold / "checkpoint_final.pth"));
  EXPECT_FALSE(fs::exists(fold / "checkpoint_latest.pth"));
}

TEST_F(NnunetTrainingTest, AnInterruptionSaysHowToGoOn) {
  *context_.stop = true;
  for (const bool resume : {false, true}) {
    try {
      train({.resume = resume});
      FAIL() << "was not interrupted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::interrupted);
      EXPECT_EQ(error.hint().starts_with("add --c"), !resume) << error.hint();
    }
  }
}

TEST_F(NnunetTrainingTest, AManifestAloneIsNoTraining) {
  const fs::path fold =
      folder_ / "results/Dataset900_Phantom/nnUNetTrainer__nnUNetPlans__3d_fullres/fold_0";
  write_file(fold / "manifest.json", R"({"method": "of another version", "status": "started"})");
  EXPECT_TRUE(fs::exists(train({}) / "checkpoint_final.pth"));
}

TEST_F(NnunetTrainingTest, StartsFromPretrainedWeights) {
  const fs::path fold = train({}), weights = folder_ / "pretrained.pth";
  fs::rename(fold / "checkpoint_final.pth", weights);
  fs::remove_all(fold);
  train({.pretrained = weights});
  EXPECT_EQ(read_json(fold / "manifest.json")["pretrained"], weights.string());
}

TEST_F(NnunetTrainingTest, LeavesNoCheckpointIfNoneIsWanted) {
  const fs::path fold = train({.keep_checkpoints = false});
  EXPECT_TRUE(fs::exists(fold / "validation/summary.json"));
  for (const auto& entry : fs::directory_iterator(fold))
    EXPECT_FALSE(entry.path().filename().string().starts_with("checkpoint")) << entry.path();
  EXPECT_FALSE(fs::exists(fold.parent_path() / ".without_checkpoints_0"));
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
