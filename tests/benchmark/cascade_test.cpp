// Both stages of a cascade, from a data set to records.
#include "benchmark/cascade.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "benchmark/budgets.h"
#include "benchmark/fold_evaluation.h"
#include "benchmark/runner.h"
#include "benchmark/trained_run.h"
#include "inference/predictor.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/files.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/phantom.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

// Five cases in two folds, and plans with the cascade that such small images do not get by
// themselves.
class CascadeTest : public testing::Test {
 protected:
  CascadeTest() {
    context_.quiet = true;
    context_.threads = 2;
    PhantomOptions phantom;
    phantom.cases = 5;
    phantom.classes = 2;
    phantom.size = {10, 20, 20};
    write_phantom_dataset(raw(), phantom, context_);
    test::write_text(raw() / "splits_final.json", R"([
      {"train": ["phantom_002", "phantom_003", "phantom_004"], "val": ["phantom_000", "phantom_001"]},
      {"train": ["phantom_000", "phantom_001"], "val": ["phantom_002", "phantom_003", "phantom_004"]}])");
    plan_dataset("900", roots_, context_);
    const fs::path file = roots_.preprocessed / "Dataset900_Phantom/nnUNetPlans.json";
    Json plans = read_json(file);
    Json& all = plans["configurations"];
    Json spacing = all["3d_fullres"]["spacing"];
    for (Json& mm : spacing) mm = mm.get<double>() * 1.6;
    all["3d_lowres"] = {{"inherits_from", "3d_fullres"},
                        {"data_identifier", "nnUNetPlans_3d_lowres"},
                        {"spacing", spacing},
                        {"next_stage", "3d_cascade_fullres"}};
    all["3d_cascade_fullres"] = {{"inherits_from", "3d_fullres"}, {"previous_stage", "3d_lowres"}};
    write_json(file, plans);

    spec_.name = "cascade";
    spec_.datasets = {"900"};
    spec_.folds = {1};
    spec_.protocol.configuration = "3d_cascade_fullres";
    spec_.protocol.mirror_axes.emplace();
    spec_.protocol.budget = find_budget("smoke");
    spec_.protocol.budget.iterations = 4;
    spec_.protocol.budget.iterations_per_epoch = 2;
    spec_.methods = {{.plugin = "plain_unet",
                      .name = "plain_unet",
                      .options = Json::object(),
                      .where = "spec.toml, line 9"}};
  }

  fs::path raw() const { return folder_ / "raw/Dataset900_Phantom"; }
  PreparedDataset dataset() const { return plan_dataset("900", roots_, context_); }
  RunSetup set_up(const PreparedDataset& dataset) const {
    return set_up_run(spec_.methods[0], dataset, spec_.protocol, {});
  }
  std::unique_ptr<FirstStage> first_stage(const PreparedDataset& dataset,
                                          const RunSetup& setup) const {
    return set_up_first_stage(setup, dataset, spec_.protocol, roots_.results, {}, context_);
  }

  test::TemporaryFolder folder_;
  Roots roots_{folder_ / "raw", folder_ / "preprocessed", folder_ / "results"};
  RunContext context_;
  BenchmarkSpec spec_;
};

TEST_F(CascadeTest, WhatIsNotTrainedIsRefused) {
  spec_.methods[0].plugin = spec_.methods[0].name = "retrieval";
  spec_.protocol.supports = 2;
  EXPECT_INPUT_ERROR(set_up(dataset()),
                     "'retrieval' is not trained: it cannot start from the predictions of "
                     "3d_lowres, as 3d_cascade_fullres does");
}

TEST_F(CascadeTest, TheFirstStageRunsOnAllFoldsAndTheSecondFromItsLabels) {
  run_benchmark(spec_, {.roots = roots_}, context_);
  const PreparedDataset prepared = dataset();
  const RunSetup setup = set_up(prepared);
  EXPECT_EQ(setup.plan.channels, 1 + 2);
  const std::unique_ptr<FirstStage> first = first_stage(prepared, setup);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->setup.plan.channels, 1);
  ASSERT_EQ(first->jobs.size(), 2U);
  for (const Job& job : first->jobs) EXPECT_EQ(job_state(job), JobState::finished);

  // Every case was predicted by the fold that validates it, on the grid of the second stage.
  ASSERT_EQ(first->predictions.size(), 5U);
  const fs::path store = prepared.folder / setup.plan.configuration.data_identifier;
  for (const auto& [id, file] : first->predictions) {
    const bool in_first_fold = id < "phantom_002";
    EXPECT_NE(file.string().find(in_first_fold ? "fold_0" : "fold_1"), std::string::npos);
    const StoredCase stored(store, id);
    EXPECT_NO_THROW(PreviousStage(file, stored.size()));
  }

  const Protocol protocol = make_protocol(prepared, spec_.protocol, context_);
  EXPECT_EQ(protocol.values.at("previous_stage"), "3d_lowres");
  EXPECT_NE(protocol.id, first->protocol.id);
  const RunFolder run =
      run_folder(roots_.results, "Dataset900_Phantom", protocol.id, "plain_unet", 1);
  EXPECT_TRUE(fs::exists(run.records()));
  EXPECT_EQ(read_manifest(run).at("status"), "finished");
  EXPECT_FALSE(fs::exists(run.path / "predicted_next_stage"));

  // A label file of the first stage stands for its stored prediction when new images come.
  const TrainedRun trained = open_trained_run(run.path, {}, context_);
  Predictor predictor({trained.models.front().get()}, trained.plans, trained.configuration(),
                      trained.labels, trained.window);
  const std::vector<RawCase> cases = {prepared.raw.find("phantom_002")};
  const PredictionFiles files{.folder = folder_ / "new", .file_ending = trained.file_ending};
  const fs::path labels = first->jobs[1].folder.predictions();
  EXPECT_EQ(predictor.predict_cases(cases, files, context_, labels).predicted.size(), 1U);
  EXPECT_INPUT_ERROR(predictor.predict_cases(cases, files, context_),
                     "3d_cascade_fullres starts from the labels that 3d_lowres predicted");
  EXPECT_INPUT_ERROR(predictor.predict_cases(cases, files, context_, folder_ / "absent"),
                     "phantom_002.nii.gz: the prediction of the previous stage is missing");
  LabelImage other = read_label(cases[0].label);
  other.geometry.spacing[1] *= 2;
  write_label(folder_ / "other/phantom_002.nii.gz", other);
  EXPECT_INPUT_ERROR(predictor.predict_cases(cases, files, context_, folder_ / "other"),
                     "case phantom_002: labels of the previous stage: ");
  other.voxels = Volume<std::int16_t>(1, {2, 2, 2});
  write_label(folder_ / "other/phantom_002.nii.gz", other);
  EXPECT_INPUT_ERROR(predictor.predict_cases(cases, files, context_, folder_ / "other"),
                     "case phantom_002: labels of the previous stage: ");
}

TEST_F(CascadeTest, AFirstStageThatWasBenchmarkedBeforeOnlyPredictsAgain) {
  const PreparedDataset prepared = dataset();
  const RunSetup setup = set_up(prepared);
  const std::unique_ptr<FirstStage> first = first_stage(prepared, setup);
  Job alone = first->jobs[0];
  alone.next_stage = nullptr;
  run_job(alone, context_);
  EXPECT_EQ(job_state(alone), JobState::finished);
  EXPECT_EQ(job_state(first->jobs[0]), JobState::trained) << "its labels for the next stage lack";
  run_job(first->jobs[0], context_);
  EXPECT_EQ(job_state(first->jobs[0]), JobState::finished);
  EXPECT_TRUE(fs::exists(first->predictions.at("phantom_001")));
}

TEST_F(CascadeTest, WhatTheFirstStageDidNotPredictIsNamed) {
  const PreparedDataset prepared = dataset();
  const RunSetup setup = set_up(prepared);
  const Protocol protocol = make_protocol(prepared, spec_.protocol, context_);
  const std::unique_ptr<FirstStage> first = first_stage(prepared, setup);
  Job job{&prepared, &protocol, &spec_.protocol, &setup, 0, {folder_ / "run/fold_0"}};
  EXPECT_INPUT_ERROR(train_job(job, context_),
                     "3d_cascade_fullres starts from the predictions of "
                     "3d_lowres");
  job.previous_stage = &first->predictions;
  EXPECT_INPUT_ERROR(train_job(job, context_), "the prediction of the previous stage is missing");
  const PreviousStageFiles none;
  job.previous_stage = &none;
  EXPECT_INPUT_ERROR(train_job(job, context_),
                     "case phantom_002: has no prediction of the previous stage");
}

TEST_F(CascadeTest, EveryCaseMustBeValidatedByAFold) {
  PreparedDataset prepared = dataset();
  prepared.splits.pop_back();
  const RunSetup setup = set_up(prepared);
  EXPECT_INPUT_ERROR(first_stage(prepared, setup), "no fold validates case phantom_002");
}

TEST_F(CascadeTest, OtherConfigurationsHaveNoFirstStage) {
  const PreparedDataset prepared = dataset();
  spec_.protocol.configuration = "3d_lowres";
  const RunSetup setup = set_up(prepared);
  EXPECT_EQ(first_stage(prepared, setup), nullptr);
}

TEST_F(CascadeTest, ImpossibleCascadesAreRefused) {
  PreparedDataset prepared = dataset();
  const RunSetup setup = set_up(prepared);
  for (Configuration& configuration : prepared.plans.configurations) {
    if (configuration.name == "3d_lowres") configuration.previous_stage = "3d_fullres";
    if (configuration.name == "2d") configuration.previous_stage = "3d_lowres";
  }
  EXPECT_INPUT_ERROR(first_stage(prepared, setup), "has a previous stage itself");
  spec_.protocol.configuration = "2d";
  EXPECT_INPUT_ERROR(set_up(prepared), "a 2-D configuration cannot be the second stage");
}

}  // namespace
}  // namespace voxarena
