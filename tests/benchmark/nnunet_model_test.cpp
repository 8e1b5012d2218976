// A model that Python's nnU-Net trained and passed on as a zip archive: its predictions are ours.
#include "benchmark/nnunet_model.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "inference/predictor.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/raw_dataset.h"
#include "voxarena/weights/zip_extract.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(VOXARENA_SOURCE_DIR) / "tests/golden/nnunet_files";
const std::string kModel = "Dataset901_Golden/nnUNetTrainer__nnUNetPlans__3d_fullres";

class NnunetModel : public testing::Test {
 protected:
  void SetUp() override {
    context.quiet = true;
    context.threads = 2;
    extract_zip(kGolden / "model.zip", folder.path(), {}, 1 << 24);
  }
  fs::path model() const { return folder.path() / kModel; }
  TrainedRun open(const fs::path& path, const NnunetModelRequest& request = {}) const {
    return open_nnunet_model(path, request, {}, context);
  }
  // Voxels that differ from Python's labels in both cases together.
  std::int64_t differences(const TrainedRun& run, const std::string& expected) {
    std::vector<Model*> models;
    for (const auto& one : run.models) models.push_back(one.get());
    Predictor predictor(models, run.plans, run.configuration(), run.labels, run.window);
    const fs::path out = folder / "predictions";
    predictor.predict_cases(list_cases(kGolden / "raw/imagesTr", run.file_ending, run.channels),
                            {.folder = out, .file_ending = run.file_ending}, context);
    std::int64_t count = 0;
    for (const char* name : {"case_1.nii.gz", "case_2.nii.gz"}) {
      const LabelImage ours = read_label(out / name);
      const LabelImage pythons = read_label(kGolden / "predictions" / expected / name);
      EXPECT_EQ(ours.voxels.size, pythons.voxels.size);
      EXPECT_EQ(ours.geometry.spacing, pythons.geometry.spacing);
      for (std::size_t i = 0; i < ours.voxels.values.size(); ++i)
        count += ours.voxels.values[i] != pythons.voxels.values[i] ? 1 : 0;
    }
    return count;
  }

  RunContext context;
  test::TemporaryFolder folder;
};

TEST_F(NnunetModel, ItsFormsAreKnown) {
  EXPECT_TRUE(is_nnunet_model(kGolden / "model.zip"));
  EXPECT_TRUE(is_nnunet_model(model()));
  EXPECT_TRUE(is_nnunet_model(model().string() + "/"));
  EXPECT_TRUE(is_nnunet_model(model() / "fold_1"));
  EXPECT_FALSE(is_nnunet_model(kGolden));
  EXPECT_FALSE(is_nnunet_model(folder / "absent"));
}

TEST_F(NnunetModel, FoldsAreAveragedAndMirrored) {
  const TrainedRun run = open(kGolden / "model.zip");
  EXPECT_EQ(run.models.size(), 2U);
  EXPECT_EQ(run.window.mirror_axes, (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(run.configuration().name, "3d_fullres");
  EXPECT_EQ(differences(run, "folds_2"), 0);
}

TEST_F(NnunetModel, OneFoldPredictsAlone) {
  TrainedRun run = open(model() / "fold_1");
  ASSERT_EQ(run.models.size(), 1U);
  run.window.mirror_axes.clear();
  EXPECT_EQ(differences(run, "folds_1"), 0);
  EXPECT_EQ(open(model(), {.folds = {"0"}}).models.size(), 1U);
}

TEST_F(NnunetModel, WhatIsMissingIsNamed) {
  EXPECT_INPUT_ERROR(open(model(), {.folds = {"7"}}), "fold_7/checkpoint_final.pth");
  EXPECT_INPUT_ERROR(open(model(), {.checkpoint = "checkpoint_best.pth"}),
                     "no fold holds a checkpoint_best.pth");
  EXPECT_INPUT_ERROR(open(kGolden / "model.zip", {.configuration = "2d"}),
                     "holds no model of nnU-Net of configuration 2d");
  fs::remove(model() / "plans.json");
  EXPECT_INPUT_ERROR(open(model()), "plans.json");
}

TEST_F(NnunetModel, OtherLayersAreRefused) {
  const std::string plans = test::read_text(model() / "plans.json");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = plans;
    text.replace(text.find(from), from.size(), to);
    test::write_text(model() / "plans.json", text);
    return open(model());
  };
  EXPECT_INPUT_ERROR(with("torch.nn.LeakyReLU", "torch.nn.ReLU"), "nonlin' must be LeakyReLU");
  EXPECT_INPUT_ERROR(with("\"conv_bias\": true", "\"conv_bias\": false"),
                     "conv_bias' must be true");
  EXPECT_INPUT_ERROR(with("instancenorm.InstanceNorm3d", "batchnorm.BatchNorm3d"),
                     "norm_op' must be InstanceNorm");
  EXPECT_INPUT_ERROR(with("\"eps\": 1e-05", "\"eps\": 1e-03"), "norm_op_kwargs.eps' must be");
  EXPECT_INPUT_ERROR(with("PlainConvUNet", "PrimusM"), "there is no network 'PrimusM'");
}

// The second stage of a cascade, from label files of the first.
TEST_F(NnunetModel, ACascadeStartsFromThePreviousStage) {
  const fs::path golden = fs::path(VOXARENA_SOURCE_DIR) / "tests/golden/cascade";
  const TrainedRun run = open(golden / "model.zip");
  EXPECT_EQ(run.channels, 1);
  Predictor predictor({run.models.front().get()}, run.plans, run.configuration(), run.labels,
                      run.window);
  const std::vector<RawCase> cases =
      list_cases(kGolden / "raw/imagesTr", run.file_ending, run.channels);
  const PredictionFiles files{.folder = folder / "cascade", .file_ending = run.file_ending};
  predictor.predict_cases(cases, files, context, golden / "previous");
  constexpr std::int16_t kUndecided = 255;  // two of Python's logits are equal
  for (const char* name : {"case_1.nii.gz", "case_2.nii.gz"}) {
    const auto expected = read_label(golden / "predictions" / name).voxels.values;
    auto found = read_label(files.folder / name).voxels.values;
    ASSERT_EQ(found.size(), expected.size());
    EXPECT_LE(std::ranges::count(expected, kUndecided), 1);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (expected[i] == kUndecided) found[i] = kUndecided;
    }
    EXPECT_EQ(found, expected);
  }
  EXPECT_INPUT_ERROR(predictor.predict_cases(cases, files, context),
                     "starts from the labels that 3d_lowres predicted");
  // They matter: others give another prediction.
  for (const RawCase& one : cases) {
    LabelImage empty = read_label(golden / "previous" / (one.id + run.file_ending));
    std::ranges::fill(empty.voxels.values, std::int16_t{0});
    write_label(folder / "empty" / (one.id + run.file_ending), empty);
  }
  predictor.predict_cases(cases, files, context, folder / "empty");
  EXPECT_NE(read_label(files.folder / "case_1.nii.gz").voxels.values,
            read_label(golden / "predictions/case_1.nii.gz").voxels.values);
}

TEST_F(NnunetModel, OthersTakeNoPreviousStage) {
  const TrainedRun run = open(kGolden / "model.zip");
  Predictor predictor({run.models.front().get()}, run.plans, run.configuration(), run.labels,
                      run.window);
  EXPECT_INPUT_ERROR(
      predictor.predict_cases({}, {.folder = folder / "out", .file_ending = ".nii.gz"}, context,
                              folder.path()),
      "configuration 3d_fullres has no previous stage");
}

// A configuration that is not asked for may need what VoxArena lacks.
TEST_F(NnunetModel, OtherConfigurationsDoNotMatter) {
  std::string plans = test::read_text(model() / "plans.json");
  const std::string key = "\"configurations\": {";
  plans.replace(plans.find(key), key.size(), key + "\"mine\": {\"data_identifier\": 7},");
  test::write_text(model() / "plans.json", plans);
  EXPECT_EQ(open(model()).models.size(), 2U);
}

}  // namespace
}  // namespace voxarena
