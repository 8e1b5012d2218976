#include "benchmark/predictions_run.h"

#include <gtest/gtest.h>

#include "benchmark/budgets.h"
#include "benchmark/fairness.h"
#include "benchmark/finished_runs.h"
#include "benchmark/nnunet_log.h"
#include "benchmark/tables.h"
#include "tests/benchmark/made_up_nnunet.h"
#include "tests/benchmark/small_phantom.h"
#include "tests/support/expect_error.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

// A data set of ten cases with two in each validation half, made once.
const PreparedDataset& ten_cases() {
  static const test::TemporaryFolder folder;
  static const PreparedDataset dataset = [] {
    RunContext context;
    context.quiet = true;
    test::write_small_phantom(folder.path(), 10, context);
    return plan_dataset("900", {folder / "raw", folder / "preprocessed", {}}, context);
  }();
  return dataset;
}

// Label files of another tool for its first fold, equal to the references.
class PredictionsTest : public testing::Test {
 protected:
  PredictionsTest() {
    context_.quiet = true;
    settings_.budget = find_budget("smoke");
    settings_.budget.iterations = 8;
    settings_.budget.iterations_per_epoch = 4;
    settings_.mirror_axes = {2};
    protocol_ = make_protocol(dataset_, settings_, context_);
    entry_.name = "Other tool";
    entry_.where = "spec.toml, line 9";
    entry_.folder = (folder_ / "theirs/fold_{fold}").string();
    for (const std::string& id : cases()) fs::create_directories(theirs(id).parent_path());
    for (const std::string& id : cases()) fs::copy_file(dataset_.raw.find(id).label, theirs(id));
  }

  std::vector<std::string> cases() const { return fold_split(dataset_, 0).val; }
  fs::path theirs(const std::string& id) const {
    return folder_ / "theirs/fold_0" / (id + ".nii.gz");
  }
  PredictionsRun open() const {
    return open_predictions(entry_, dataset_, protocol_, settings_, 0, folder_ / "results");
  }
  // The row as the table would show it.
  LeaderboardRow run() {
    const PredictionsRun opened = open();
    run_predictions(opened, context_);
    EXPECT_EQ(predictions_state(opened), JobState::finished);
    return collect_rows({opened.folder.path}, {}).at(0);
  }
  void declare_everything() {
    entry_.declares = {.training_data = "split",
                       .pretraining = "none",
                       .ensemble = 1,
                       .mirror_axes = std::vector<int>{2},
                       .post_processing = "none",
                       .prompts = "none",
                       .budget = "protocol",
                       .tuned_on = std::vector<std::string>{}};
  }

  test::TemporaryFolder folder_;
  RunContext context_;
  PreparedDataset dataset_ = ten_cases();
  ProtocolSettings settings_;
  Protocol protocol_;
  PredictionsEntry entry_;
};

TEST_F(PredictionsTest, ThatDeclareTheProtocolAreRankedAmongTheRest) {
  declare_everything();
  entry_.url = "https://example.org/tool";
  const LeaderboardRow row = run();
  EXPECT_EQ(row.extra_information, "");
  EXPECT_EQ(row.protocol, protocol_.id);
  EXPECT_EQ(row.mark, "made elsewhere");
  EXPECT_NE(row.deviations.back().find("https://example.org/tool"), std::string::npos);
  EXPECT_EQ(make_leaderboard({row}).blocks[0].rows[0].overall.mean, 1.0);
  EXPECT_FALSE(row.facts.train_seconds.has_value()) << "nobody said so";
}

TEST_F(PredictionsTest, ThatDeclareNothingStandByThemselves) {
  EXPECT_EQ(run().extra_information,
            "not declared: training data, pre-training, ensemble, mirroring at test time, "
            "post-processing, prompts, budget, data sets of tuning");
}

TEST_F(PredictionsTest, GoWhereTheirDeclarationPutsThem) {
  declare_everything();
  entry_.declares.ensemble = 5;
  entry_.declares.pretraining = "TotalSegmentator";
  EXPECT_EQ(run().extra_information, "pre-trained weights; ensemble of 5 models");
}

TEST_F(PredictionsTest, DeclaredCostsStandInTheTable) {
  entry_.costs = {.parameters = 31'000'000,
                  .train_hours = 2.0,
                  .seconds_per_case = 3.0,
                  .peak_memory_mib = 7900.0};
  const RowFacts facts = run().facts;
  EXPECT_EQ(facts.parameters, 31'000'000);
  EXPECT_FALSE(facts.trained_parameters.has_value());
  EXPECT_DOUBLE_EQ(*facts.train_seconds, 7200);
  EXPECT_DOUBLE_EQ(*facts.predict_seconds_per_case, 3);
  EXPECT_DOUBLE_EQ(*facts.peak_memory_mib, 7900);
}

TEST_F(PredictionsTest, AMissingOrUnreadableOrWronglyShapedFileIsTheWorstValue) {
  fs::remove(theirs(cases()[0]));
  const RankedRow missing = make_leaderboard({run()}).blocks[0].rows[0];
  EXPECT_EQ(missing.missing_cases, 1);
  EXPECT_DOUBLE_EQ(missing.overall.mean, 0.5);
  test::write_text(theirs(cases()[0]), "no image");
  EXPECT_EQ(make_leaderboard({run()}).blocks[0].rows[0].missing_cases, 1);
  LabelImage small = read_label(dataset_.raw.find(cases()[0]).label);
  small.voxels = Volume<std::int16_t>(1, {2, 2, 2});
  write_label(theirs(cases()[0]), small);
  EXPECT_EQ(make_leaderboard({run()}).blocks[0].rows[0].missing_cases, 1);
}

TEST_F(PredictionsTest, ThatLieElsewhereAreRefused) {
  LabelImage moved = read_label(theirs(cases()[0]));
  moved.geometry.origin[0] += 5;
  write_label(theirs(cases()[0]), moved);
  EXPECT_INPUT_ERROR(run(), "origin");
}

TEST_F(PredictionsTest, OfAnotherSpacingAreNamedAsTheirAuthorKnowsThem) {
  LabelImage stretched = read_label(theirs(cases()[0]));
  stretched.geometry.spacing[1] *= 1.01;
  write_label(theirs(cases()[0]), stretched);
  EXPECT_INPUT_ERROR(run(), theirs(cases()[0]).string() + ": spacing");
}

TEST_F(PredictionsTest, ThatLieWhereTheImageLiesAreTaken) {
  const std::string id = cases()[0];
  for (RawCase& raw : dataset_.raw.cases) {
    if (raw.id != id) continue;
    LabelImage moved = read_label(raw.label);
    moved.geometry.origin[0] += 5;
    raw.label = folder_ / "moved.nii.gz";  // the label's header is wrong, not the image's
    write_label(raw.label, moved);
  }
  EXPECT_EQ(make_leaderboard({run()}).blocks[0].rows[0].overall.mean, 1.0);
}

TEST_F(PredictionsTest, ChangedFilesOrDeclarationsAreEvaluatedAgain) {
  run();
  EXPECT_EQ(predictions_state(open()), JobState::finished);
  entry_.declares.ensemble = 5;
  EXPECT_EQ(predictions_state(open()), JobState::started);
  run();
  LabelImage empty = read_label(theirs(cases()[0]));
  std::ranges::fill(empty.voxels.values, std::int16_t{0});
  write_label(theirs(cases()[0]), empty);
  EXPECT_EQ(predictions_state(open()), JobState::started);
  EXPECT_LT(make_leaderboard({run()}).blocks[0].rows[0].overall.mean, 1.0);
}

TEST_F(PredictionsTest, AFolderWithoutThemIsNamed) {
  entry_.folder = (folder_ / "nowhere").string();
  EXPECT_INPUT_ERROR(open(), "spec.toml, line 9: ");
  fs::create_directories(folder_ / "empty");
  entry_.folder = (folder_ / "empty").string();
  EXPECT_INPUT_ERROR(open(), "holds no prediction of any of the 2 cases");
}

TEST_F(PredictionsTest, TheRunFolderOfAMethodIsNotTaken) {
  write_json(open().folder.manifest(), {{"method", {{"plugin", "plain_unet"}}}});
  EXPECT_INPUT_ERROR(predictions_state(open()), "holds a run of a method called 'Other tool'");
}

class NnunetTest : public PredictionsTest {
 protected:
  NnunetTest() {
    trainer_ = test::write_made_up_nnunet(folder_ / "nn", dataset_, settings_, 0);
    entry_.folder = "";
    entry_.nnunet = trainer_.string();
  }
  void edit(const fs::path& file, const char* key, const Json& value) const {
    Json json = read_json(file);
    json[key] = value;
    write_json(file, json);
  }
  fs::path trainer_;
};

TEST_F(NnunetTest, ItsFilesSayMostOfIt) {
  const LeaderboardRow row = run();
  EXPECT_EQ(row.extra_information, "not declared: pre-training");
  EXPECT_EQ(row.folds.at(0).fold, 0);
  EXPECT_DOUBLE_EQ(*row.facts.train_seconds, 20.0);
  EXPECT_DOUBLE_EQ(*row.facts.predict_seconds_per_case, 19.5 / 2);
  entry_.declares.pretraining = "none";
  EXPECT_EQ(run().extra_information, "");
}

TEST_F(NnunetTest, OtherBudgetsMirroringAndPlansAreSeen) {
  entry_.declares.pretraining = "none";
  test::write_made_up_nnunet(folder_ / "nn", dataset_, settings_, 0, "(0, 1, 2)");
  EXPECT_EQ(run().extra_information, "mirrored at test time over axes 0, 1, 2");
  test::write_made_up_nnunet(folder_ / "nn", dataset_, settings_, 0);
  edit(trainer_ / "fold_0/debug.json", "num_iterations_per_epoch", "250");
  EXPECT_EQ(run().extra_information, "budget: 2 epochs of 250 iterations");
  test::write_made_up_nnunet(folder_ / "nn", dataset_, settings_, 0);
  Json plans = read_json(trainer_ / "plans.json");
  plans["configurations"]["3d_fullres"]["batch_size"] = 1;
  write_json(trainer_ / "plans.json", plans);
  const LeaderboardRow row = run();
  EXPECT_EQ(row.extra_information, "");
  EXPECT_EQ(row.deviations.at(0), "batch_size: 1 instead of 2");
  plans["configurations"]["3d_fullres"]["batch_size"] = 9;  // the budget allows 2
  write_json(trainer_ / "plans.json", plans);
  EXPECT_EQ(run().extra_information, "budget: batch 9");
}

TEST_F(NnunetTest, WhatItsFilesDoNotSayIsNotTheBudgetOfTheProtocol) {
  entry_.declares.pretraining = "none";
  entry_.declares.mirror_axes = std::vector<int>{2};
  settings_.budget.iterations = 250'000;  // what nnU-Net does unless it is told otherwise
  settings_.budget.iterations_per_epoch = 250;
  protocol_ = make_protocol(dataset_, settings_, context_);
  fs::remove(trainer_ / "fold_0/debug.json");
  fs::remove(trainer_ / "fold_0/training_log_2026_11_22_23_58_50.txt");
  EXPECT_EQ(run().extra_information, "not declared: budget");
  entry_.declares.budget = "protocol";
  EXPECT_EQ(run().extra_information, "");
}

TEST_F(NnunetTest, AnotherTrainerIsAnotherBudget) {
  entry_.declares.pretraining = "none";
  const fs::path other = folder_ / "nn/nnUNetTrainerDA5__nnUNetPlans__3d_fullres";
  fs::rename(trainer_, other);
  entry_.nnunet = other.string();
  EXPECT_EQ(run().extra_information,
            "budget: trainer nnUNetTrainerDA5; not declared: data sets of tuning");
}

TEST_F(NnunetTest, ADeclarationThatTheFilesContradictIsRefused) {
  entry_.declares.mirror_axes = std::vector<int>{0, 1, 2};
  EXPECT_INPUT_ERROR(open(), "declares.mirror_axes is [0,1,2], but the files say [2]");
}

TEST_F(NnunetTest, WhatCannotBeComparedIsNamed) {
  edit(trainer_ / "dataset.json", "labels", {{"background", 0}, {"liver", 1}});
  EXPECT_INPUT_ERROR(open(), "dataset.json: its labels");
  test::write_made_up_nnunet(folder_ / "nn", dataset_, settings_, 0);
  const std::string trained_on = fold_split(dataset_, 0).train.front();
  fs::copy_file(dataset_.raw.find(trained_on).label,
                trainer_ / "fold_0/validation" / (trained_on + ".nii.gz"));
  EXPECT_INPUT_ERROR(open(), "case '" + trained_on + "' is not in the validation half of fold 0");
  fs::remove(trainer_ / "fold_0/validation/summary.json");
  EXPECT_INPUT_ERROR(open(), "its validation was not finished");
  fs::remove_all(trainer_ / "fold_0");
  EXPECT_INPUT_ERROR(open(), "validation: no such folder");
  entry_.nnunet = (folder_ / "nn").string();
  EXPECT_INPUT_ERROR(open(), "is no results folder of one nnU-Net trainer");
}

TEST_F(NnunetTest, ACascadeCostsBothOfItsStages) {
  entry_.declares.pretraining = "none";
  Json plans = read_json(trainer_ / "plans.json");
  Json& configurations = plans["configurations"];
  const Json whole = configurations["3d_fullres"];
  configurations["3d_lowres"] = whole;
  configurations["3d_lowres"]["next_stage"] = "3d_cascade_fullres";
  configurations["3d_cascade_fullres"] = {{"inherits_from", "3d_fullres"},
                                          {"previous_stage", "3d_lowres"}};
  write_json(trainer_ / "plans.json", plans);
  const fs::path cascade = folder_ / "nn/nnUNetTrainer__nnUNetPlans__3d_cascade_fullres";
  fs::rename(trainer_, cascade);
  entry_.nnunet = cascade.string();
  LeaderboardRow row = run();
  EXPECT_EQ(row.extra_information, "budget: configuration 3d_cascade_fullres");
  EXPECT_EQ(row.deviations.at(0), "cascade: a network of its own for the stage 3d_lowres");
  EXPECT_FALSE(row.facts.train_seconds.has_value()) << "the first stage's are not known";
  EXPECT_FALSE(row.facts.parameters.has_value());
  EXPECT_FALSE(row.facts.peak_memory_mib.has_value());
  test::write_text(
      folder_ / "nn/nnUNetTrainer__nnUNetPlans__3d_lowres/fold_0/training_log_2026.txt",
      test::kNnunetLog);
  row = run();
  EXPECT_DOUBLE_EQ(*row.facts.train_seconds, 40.0);
  EXPECT_DOUBLE_EQ(*row.facts.predict_seconds_per_case, 19.5);
}

TEST_F(NnunetTest, FoldsThatCannotBeRankedAreRefused) {
  const auto hint = [&] {
    try {
      open();
    } catch (const Error& error) {
      return error.hint();
    }
    return std::string("no error");
  };
  entry_.nnunet = (trainer_ / "fold_0").string();
  EXPECT_EQ(hint(), "name the folder above: folds are those of the spec");
  entry_.nnunet = trainer_.string();
  fs::rename(trainer_ / "fold_0", trainer_ / "fold_all");
  EXPECT_EQ(hint().substr(0, 56), "fold_all is there, which was trained on every case, thos");
  const fs::path ensemble = folder_ / "nn/ensemble___nnUNetTrainer__nnUNetPlans__2d___0_1";
  fs::rename(trainer_, ensemble);
  entry_.nnunet = ensemble.string();
  EXPECT_NE(hint().find("declares.ensemble"), std::string::npos);
}

TEST(NnunetLogs, TimesOfInterruptedTrainingsAddUp) {
  const std::string first =
      "2026-11-21 10:00:00.5: Epoch 0 \n2026-11-21 10:00:10.5: Epoch time: 10.0 s\n";
  const NnunetLog log = parse_nnunet_logs({first, test::kNnunetLog});
  EXPECT_DOUBLE_EQ(*log.train_seconds, 30.0);
  EXPECT_DOUBLE_EQ(*log.predict_seconds, 19.5) << "over midnight";
  EXPECT_EQ(log.epochs, 2);
  EXPECT_FALSE(parse_nnunet_logs({"nothing of that\n"}).train_seconds.has_value());
}

TEST(NnunetLogs, DamagedFilesAreNamed) {
  const test::TemporaryFolder folder;
  test::write_text(folder / "debug.json", R"({"num_epochs": "-2"})");
  EXPECT_INPUT_ERROR(read_nnunet_settings(folder / "debug.json"), "debug.json: num_epochs is -2");
  const fs::path log = folder / "training_log_2026_11_2_09_37_01.txt";
  test::write_text(log, std::string("Epoch 0 \0\1", 10));
  EXPECT_INPUT_ERROR(read_nnunet_logs(folder.path()), log.string() + ": is no text");
}

}  // namespace
}  // namespace voxarena
