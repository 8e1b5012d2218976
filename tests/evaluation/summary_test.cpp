#include "evaluation/summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/support/nan.h"

namespace voxarena {
namespace {

using test::kNaN;

// Values in the order Dice, IoU, TP, FP, FN, TN, n_pred, n_ref.
FolderEvaluation two_cases() {
  FolderEvaluation evaluation;
  evaluation.task.classes = {{"liver", "1", {1}}, {"tumour", "(2,)", {2}}};
  evaluation.cases = {{"a",
                       "ref/a.nii.gz",
                       "pred/a.nii.gz",
                       "",
                       {{0.5, 0.25, 4, 2, 6, 8, 6, 10}, {kNaN, kNaN, 0, 0, 0, 20, 0, 0}}},
                      {"b",
                       "ref/b.nii.gz",
                       "pred/b.nii.gz",
                       "",
                       {{1, 1, 3, 0, 0, 17, 3, 3}, {kNaN, kNaN, 0, 0, 0, 20, 0, 0}}}};
  return evaluation;
}

TEST(Summary, ClassMeanSkipsUndefinedCasesButForegroundMeanDoesNot) {
  const Json summary = summary_json(two_cases());
  EXPECT_EQ(summary["mean"]["1"]["Dice"], 0.75);
  EXPECT_EQ(summary["mean"]["1"]["TP"], 3.5);
  EXPECT_TRUE(std::isnan(summary["mean"]["(2,)"]["Dice"].get<double>()));
  EXPECT_TRUE(std::isnan(summary["foreground_mean"]["Dice"].get<double>()));
  EXPECT_EQ(summary["foreground_mean"]["TP"], 1.75);
}

TEST(Summary, TextIsPythons) {
  const std::string text = dump_json(summary_json(two_cases()));
  EXPECT_TRUE(text.starts_with(
      "{\n    \"foreground_mean\": {\n        \"Dice\": NaN,\n        \"FN\": 1.5,\n"))
      << text;
  EXPECT_NE(text.find("\"TP\": 4,\n"), std::string::npos) << "counts of a case are integers";
  EXPECT_NE(text.find("\"TN\": 20.0,\n"), std::string::npos) << "means are floats";
  EXPECT_LT(text.find("\"(2,)\""), text.find("\"1\"")) << "keys are sorted";
}

}  // namespace
}  // namespace voxarena
