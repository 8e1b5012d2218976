#include "benchmark/best_configuration.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "inference/probability_file.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

const NnunetModelName kFlat{.configuration = "2d"}, kFull{.configuration = "3d_fullres"};

// Two folds of one case each: a row of eight voxels, the first four of them foreground. Models are
// made up by their probabilities of the foreground.
class BestConfigurationTest : public testing::Test {
 protected:
  BestConfigurationTest() {
    context_.quiet = true;
    request_ = {.results = folder_ / "results",
                .references = folder_ / "references",
                .models = {kFlat, kFull},
                .folds = {"0", "1"}};
    fs::create_directories(request_.references);
    for (const char* id : {"a", "b"}) {
      LabelImage reference{Volume<std::int16_t>(1, {1, 1, 8}), {}};
      std::fill_n(reference.voxels.values.begin(), 4, std::int16_t{1});
      write_label(request_.references / (std::string(id) + ".nii.gz"), reference);
    }
  }

  void write_model(const NnunetModelName& model, const std::vector<float>& foreground) {
    const fs::path folder = request_.results / model.folder();
    write_json(folder / "dataset.json",
               {{"labels", {{"background", 0}, {"organ", 1}}}, {"file_ending", ".nii.gz"}});
    write_json(folder / "plans.json", {{"plans_name", "nnUNetPlans"}});
    for (const auto& [fold, id] : {std::pair{"0", "a"}, std::pair{"1", "b"}}) {
      Volume<float> probabilities(2, {1, 1, 8});
      LabelImage labels{Volume<std::int16_t>(1, {1, 1, 8}), {}};
      for (std::size_t i = 0; i < 8; ++i) {
        probabilities.values[i] = 1 - foreground[i];
        probabilities.values[8 + i] = foreground[i];
        labels.voxels.values[i] = foreground[i] > 0.5F ? 1 : 0;
      }
      CaseProperties properties;
      properties.shape_before_cropping = properties.shape_after_cropping = {1, 1, 8};
      properties.crop = {{0, 0, 0}, {1, 1, 8}};
      const fs::path validation = validation_folder(folder, fold);
      fs::create_directories(validation);
      write_probabilities(validation / id, probabilities, properties);
      write_label(validation / (std::string(id) + ".nii.gz"), labels);
    }
  }

  test::TemporaryFolder folder_;
  RunContext context_;
  BestConfigurationRequest request_;
};

TEST_F(BestConfigurationTest, AnEnsembleOfModelsThatErrElsewhereWins) {
  write_model(kFlat, {.9F, .9F, .9F, .4F, .1F, .1F, .6F, .1F});
  write_model(kFull, {.4F, .9F, .9F, .9F, .1F, .1F, .1F, .6F});
  const BestConfiguration found = find_best_configuration(request_, context_);
  ASSERT_EQ(found.candidates.size(), 3U);
  EXPECT_DOUBLE_EQ(found.candidates[0].dice, 0.75);
  EXPECT_DOUBLE_EQ(found.candidates[1].dice, 0.75);
  EXPECT_DOUBLE_EQ(found.candidates[2].dice, 1.0);
  EXPECT_EQ(found.best, 2U);
  const fs::path ensemble = request_.results / "ensembles" /
                            "ensemble___nnUNetTrainer__nnUNetPlans__2d___"
                            "nnUNetTrainer__nnUNetPlans__3d_fullres___0_1";
  EXPECT_EQ(found.candidates[2].folder, ensemble);
  EXPECT_TRUE(fs::exists(ensemble / "summary.json"));
  EXPECT_TRUE(fs::exists(ensemble / "postprocessing.pkl"));
  EXPECT_TRUE(
      fs::exists(request_.results / kFlat.folder() / "crossval_results_folds_0_1/a.nii.gz"));

  const Json information = inference_information(found, request_, "Dataset900_Row");
  EXPECT_EQ(information["best_model_or_ensemble"]["selected_model_or_models"].size(), 2U);
  EXPECT_EQ(information["folds"], (Json{0, 1}));
  const std::string text = inference_instructions(found, request_, "Dataset900_Row");
  EXPECT_NE(text.find("-c 2d -p nnUNetPlans --save_probabilities"), std::string::npos) << text;
  EXPECT_NE(text.find("ensemble -i OUTPUT_FOLDER_MODEL_1 OUTPUT_FOLDER_MODEL_2"), std::string::npos)
      << text;
}

TEST_F(BestConfigurationTest, InstructionsOfACascadeBeginWithItsFirstStage) {
  const NnunetModelName cascade{.configuration = "3d_cascade_fullres"};
  request_.models = {cascade};
  write_model(cascade, {.9F, .9F, .9F, .9F, .1F, .1F, .1F, .1F});
  write_json(request_.results / cascade.folder() / "plans.json",
             {{"configurations", {{"3d_cascade_fullres", {{"previous_stage", "3d_lowres"}}}}}});
  const std::string text = inference_instructions(find_best_configuration(request_, context_),
                                                  request_, "Dataset900_Row");
  const std::size_t first = text.find(
      "-o OUTPUT_FOLDER_PREV_STAGE -f 0 1 -tr nnUNetTrainer -c "
      "3d_lowres -p nnUNetPlans\n");
  const std::size_t second = text.find(
      "-c 3d_cascade_fullres -p nnUNetPlans "
      "-prev_stage_predictions OUTPUT_FOLDER_PREV_STAGE\n");
  ASSERT_NE(second, std::string::npos) << text;
  EXPECT_LT(first, second) << text;
}

TEST_F(BestConfigurationTest, TheFirstOfEqualOnesWinsAndIsPostprocessed) {
  // A piece apart from the foreground, which postprocessing removes.
  write_model(kFlat, {.9F, .9F, .9F, .9F, .1F, .1F, .9F, .1F});
  write_model(kFull, {.9F, .9F, .9F, .9F, .1F, .1F, .9F, .1F});
  const BestConfiguration found = find_best_configuration(request_, context_);
  EXPECT_EQ(found.best, 0U);
  EXPECT_EQ(found.postprocessing.chosen, (Postprocessing{{{1}, 0}}));
  const Json information = inference_information(found, request_, "Dataset900_Row");
  EXPECT_DOUBLE_EQ(information["best_model_or_ensemble"]["result_on_crossval_post_pp"], 1.0);
}

TEST_F(BestConfigurationTest, WhatIsMissingIsNamed) {
  write_model(kFlat, {.9F, .9F, .9F, .9F, .1F, .1F, .9F, .1F});
  EXPECT_INPUT_ERROR(find_best_configuration(request_, context_), "3d_fullres: is not there");
  write_model(kFull, {.9F, .9F, .9F, .9F, .1F, .1F, .9F, .1F});
  const fs::path validation = validation_folder(request_.results / kFull.folder(), "1");
  fs::rename(validation / "b.npz", validation / "c.npz");
  EXPECT_INPUT_ERROR(find_best_configuration(request_, context_), "case ");
  fs::remove(validation / "c.npz");
  EXPECT_INPUT_ERROR(find_best_configuration(request_, context_), "holds no probabilities");
  fs::remove_all(validation);
  EXPECT_INPUT_ERROR(find_best_configuration(request_, context_), "has no validation of fold 1");
}

TEST_F(BestConfigurationTest, ACaseOfTwoFoldsIsRefused) {
  write_model(kFlat, {.9F, .9F, .9F, .9F, .1F, .1F, .9F, .1F});
  const fs::path model = request_.results / kFlat.folder();
  fs::copy(validation_folder(model, "0") / "a.nii.gz", validation_folder(model, "1"));
  EXPECT_INPUT_ERROR(
      accumulate_folds(model, {"0", "1"}, folder_ / "out", request_.references, true, context_),
      "case a is in two folds");
}

}  // namespace
}  // namespace voxarena
