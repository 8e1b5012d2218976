#include "evaluation/case_evaluation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

LabelImage label_image(const Extent& size, std::vector<std::int16_t> values) {
  LabelImage image;
  image.voxels = Volume<std::int16_t>(1, size);
  image.voxels.values = std::move(values);
  image.geometry.spacing = {3, 1, 1};
  return image;
}

EvaluationTask task_of(const char* dataset_json) {
  return EvaluationTask::from(
      Labels::from_dataset_json(parse_json(dataset_json, "dataset.json"), "dataset.json"));
}

const char* const kTwoLabels = R"({"labels": {"background": 0, "liver": 1, "spleen": 2}})";

double value_of(const CaseEvaluation& evaluated, std::size_t cls, const char* metric) {
  const std::vector<Metric> metrics = selected_metrics({});
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (metrics[m].name == metric) return evaluated.values.at(cls).at(m);
  }
  ADD_FAILURE() << metric;
  return 0;
}

TEST(EvaluateSlice, AVolumeOfOneSliceIsMeasuredAsAPicture) {
  const test::TemporaryFolder folder;
  std::vector<std::int16_t> disc, moved;
  for (int y = 0; y < 24; ++y) {
    for (int x = 0; x < 24; ++x) {
      disc.push_back(std::hypot(y - 12, x - 12) < 7 ? 1 : 0);
      moved.push_back(std::hypot(y - 11, x - 14) < 6 ? 1 : 0);
    }
  }
  const EvaluationTask task = task_of(R"({"labels": {"background": 0, "liver": 1}})");
  const auto values = [&](int dimension) {
    const std::string name = std::to_string(dimension);
    for (const auto& [file, mask] : {std::pair{"ref", disc}, std::pair{"pred", moved}}) {
      LabelImage image = label_image({1, 24, 24}, mask);
      image.geometry.file_dimension = dimension;
      write_label(folder / (file + name + ".nii.gz"), image);
    }
    RunContext context;
    context.quiet = true;
    const CaseEvaluation one = evaluate_case("a", folder / ("ref" + name + ".nii.gz"),
                                             folder / ("pred" + name + ".nii.gz"), task, context);
    return std::vector<double>{value_of(one, 0, "HD95"), value_of(one, 0, "ASSD"),
                               value_of(one, 0, "NSD")};
  };
  EXPECT_EQ(values(3), values(2));
  EXPECT_GT(values(3)[1], 1) << "not the distance between the tops of two slabs";
}

class EvaluateCase : public testing::Test {
 protected:
  EvaluateCase() {
    context.quiet = true;
    write_label(reference, label_image({1, 2, 3}, {0, 1, 1, 2, 2, 0}));
  }
  CaseEvaluation evaluate() const {
    return evaluate_case("a", reference, prediction, task, context);
  }

  test::TemporaryFolder folder;
  std::filesystem::path reference = folder / "reference.nii.gz";
  std::filesystem::path prediction = folder / "prediction.nii.gz";
  EvaluationTask task = task_of(kTwoLabels);
  RunContext context;
};

TEST(EvaluationTask, LabelsAreNamedAsInSummaryJson) {
  const EvaluationTask task =
      task_of(R"({"labels": {"background": 0, "liver": 1, "spleen": 2, "ignore": 3}})");
  ASSERT_EQ(task.classes.size(), 2U);
  EXPECT_EQ(task.classes[1].name, "spleen");
  EXPECT_EQ(task.classes[1].key, "2");
  EXPECT_EQ(task.ignore, 3);
}

TEST(EvaluationTask, RegionsAreNamedAsPythonWritesTuples) {
  const EvaluationTask task =
      task_of(R"({"labels": {"background": 0, "whole": [1, 2, 3], "core": [2], "rim": 3},
                                          "regions_class_order": [1, 2, 3]})");
  ASSERT_EQ(task.classes.size(), 3U);
  EXPECT_EQ(task.classes[0].key, "(1, 2, 3)");
  EXPECT_EQ(task.classes[1].key, "(2,)");
  EXPECT_EQ(task.classes[2].key, "3");
}

TEST(EvaluationTask, ListOfOneValueIsALabelWhereThereAreNoRegions) {
  EXPECT_EQ(task_of(R"({"labels": {"background": 0, "liver": [1]}})").classes.at(0).key, "1");
}

TEST(EvaluationTask, ToleranceOfAnUnknownClassIsAnError) {
  const Labels labels =
      Labels::from_dataset_json(parse_json(kTwoLabels, "dataset.json"), "dataset.json");
  EvaluationSettings settings;
  settings.class_tolerance["livr"] = 5;
  EXPECT_INPUT_ERROR(EvaluationTask::from(labels, settings), "class 'livr'");
}

TEST(EvaluateImages, AnyNumberOfThreadsGivesTheSame) {
  LabelImage reference = label_image({2, 2, 3}, {0, 1, 1, 2, 2, 0, 1, 1, 1, 2, 2, 2});
  LabelImage prediction = label_image({2, 2, 3}, {0, 1, 0, 2, 2, 2, 1, 1, 0, 2, 0, 2});
  EvaluationTask task = task_of(kTwoLabels);
  task.metrics = metrics();
  EXPECT_EQ(evaluate_images(reference, prediction, task, 1),
            evaluate_images(reference, prediction, task, 4));
}

TEST_F(EvaluateCase, ComparesTwoFiles) {
  write_label(prediction, label_image({1, 2, 3}, {0, 1, 0, 2, 2, 2}));
  const CaseEvaluation evaluated = evaluate();
  EXPECT_EQ(evaluated.problem, "");
  EXPECT_DOUBLE_EQ(value_of(evaluated, 0, "Dice"), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(value_of(evaluated, 1, "Dice"), 4.0 / 5.0);
  EXPECT_EQ(value_of(evaluated, 1, "FP"), 1);
}

TEST_F(EvaluateCase, MissingPredictionIsWorstForEveryClass) {
  const CaseEvaluation evaluated = evaluate();
  EXPECT_NE(evaluated.problem.find("prediction.nii.gz: no prediction"), std::string::npos)
      << evaluated.problem;
  for (const std::size_t cls : {0U, 1U}) {
    EXPECT_EQ(value_of(evaluated, cls, "Dice"), 0);
    EXPECT_EQ(value_of(evaluated, cls, "IoU"), 0);
    EXPECT_TRUE(std::isnan(value_of(evaluated, cls, "n_pred")));
    EXPECT_EQ(value_of(evaluated, cls, "NSD"), 0);
    EXPECT_DOUBLE_EQ(value_of(evaluated, cls, "HD95"), std::sqrt(3.0 * 3 + 2 * 2 + 3 * 3))
        << "the diagonal of the image";
  }
}

TEST_F(EvaluateCase, UnreadablePredictionIsWorst) {
  write_label(prediction, label_image({1, 2, 3}, {0, 1, 1, 2, 2, 0}));
  test::truncate_file(prediction, 40);
  const CaseEvaluation evaluated = evaluate();
  EXPECT_NE(evaluated.problem.find("prediction.nii.gz"), std::string::npos) << evaluated.problem;
  EXPECT_EQ(value_of(evaluated, 0, "Dice"), 0);
}

TEST_F(EvaluateCase, PredictionOfAnotherSizeIsWorst) {
  write_label(prediction, label_image({1, 3, 2}, {0, 1, 1, 2, 2, 0}));
  const CaseEvaluation evaluated = evaluate();
  EXPECT_NE(evaluated.problem.find("size (1, 3, 2) differs from the reference's (1, 2, 3)"),
            std::string::npos)
      << evaluated.problem;
  EXPECT_EQ(value_of(evaluated, 1, "Dice"), 0);
}

TEST_F(EvaluateCase, OtherSpacingIsAnErrorNamingBothFiles) {
  LabelImage image = label_image({1, 2, 3}, {0, 1, 1, 2, 2, 0});
  image.geometry.spacing = {3, 1, 1.5};
  write_label(prediction, image);
  EXPECT_INPUT_ERROR(evaluate(), reference.string() + " and " + prediction.string());
}

TEST_F(EvaluateCase, OtherOriginIsAnErrorNamingBothFiles) {
  LabelImage image = label_image({1, 2, 3}, {0, 1, 1, 2, 2, 0});
  image.geometry.origin = {0, 0.01, 0};
  write_label(prediction, image);
  EXPECT_INPUT_ERROR(evaluate(), reference.string() + " and " + prediction.string() + ": origin");
}

TEST_F(EvaluateCase, OtherDirectionIsAnErrorNamingBothFiles) {
  LabelImage image = label_image({1, 2, 3}, {0, 1, 1, 2, 2, 0});
  image.geometry.direction = {-1, 0, 0, 0, -1, 0, 0, 0, 1};
  write_label(prediction, image);
  EXPECT_INPUT_ERROR(evaluate(), reference.string() + " and " + prediction.string());
}

TEST_F(EvaluateCase, RoundedHeadersAreTheSamePlace) {
  LabelImage image = label_image({1, 2, 3}, {0, 1, 1, 2, 2, 0});
  image.geometry.origin = {5e-4, -2e-4, 0};
  write_label(prediction, image);
  EXPECT_EQ(value_of(evaluate(), 0, "Dice"), 1);
}

TEST_F(EvaluateCase, PlaceIsNotComparedWhereThePredictionIsKnownToLieOnTheVoxels) {
  LabelImage image = label_image({1, 2, 3}, {0, 1, 1, 2, 2, 0});
  image.geometry.origin = {10, 20, 30};
  write_label(prediction, image);
  task.same_place = false;
  EXPECT_EQ(value_of(evaluate(), 0, "Dice"), 1);
}

TEST_F(EvaluateCase, UnreadableReferenceIsAnError) {
  test::truncate_file(reference, 40);
  EXPECT_INPUT_ERROR(evaluate(), "reference.nii.gz");
}

}  // namespace
}  // namespace voxarena
