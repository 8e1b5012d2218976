#include "benchmark/compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/benchmark/manifests.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using test::change_protocol;

constexpr int kComparedCases = 12;

// Two methods on twelve cases of two folds; A is better on each by 0.04 to 0.06.
class CompareTest : public testing::Test {
 protected:
  CompareTest() { options_.statistics.samples = 500; }

  static std::vector<std::string> cases(int fold) {
    std::vector<std::string> ids;
    for (int i = 0; i < kComparedCases; ++i) ids.push_back(fmt_id(fold, i));
    return ids;
  }
  static std::string fmt_id(int fold, int i) {
    return "case_" + std::to_string(fold) + "_" + std::to_string(10 + i);
  }
  static Json manifest(const std::string& name, int fold,
                       const std::string& dataset = "Dataset900_Phantom") {
    return test::made_up_manifest(name, fold, cases(fold), dataset);
  }
  static std::vector<double> values(double base, double spread = 0.01) {
    std::vector<double> out;
    for (int i = 0; i < kComparedCases; ++i) out.push_back(base + spread * (i % 5) / 4 + 0.001 * i);
    return out;
  }

  void add(const std::string& side, const Json& manifest, const std::vector<double>& values) {
    const auto place = manifest.at("dataset").get<std::string>() + "/fold_" +
                       std::to_string(manifest.at("fold").get<int>());
    test::write_made_up_run(folder_ / side / place, manifest, values);
  }
  void add_both(const std::function<void(Json&)>& change_b = [](Json&) {}) {
    for (const int fold : {0, 1}) {
      Json other = manifest("b", fold);
      change_b(other);
      add("a", manifest("a", fold), values(0.80));
      add("b", other, values(0.75, 0.02));
    }
  }
  Comparison compare() const {
    return compare_runs(require_finished_runs({folder_ / "a"}, {}),
                        require_finished_runs({folder_ / "b"}, {}), options_);
  }
  DatasetComparison only() const { return compare().datasets.at(0); }

  test::TemporaryFolder folder_;
  CompareOptions options_;
};

bool broken(const std::vector<Reason>& reasons, Rule rule, const std::string& part) {
  return std::any_of(reasons.begin(), reasons.end(), [&](const Reason& reason) {
    return reason.rule == rule && reason.text.find(part) != std::string::npos;
  });
}

bool listed(const DatasetComparison& one, const std::string& key) {
  return std::any_of(one.differences.begin(), one.differences.end(),
                     [&](const KeyDifference& difference) { return difference.key == key; });
}

TEST_F(CompareTest, ABetterMethodMayBeCalledBetter) {
  add_both();
  const DatasetComparison one = only();
  EXPECT_TRUE(one.against.empty()) << one.against.front().text;
  EXPECT_EQ(one.better, 1);
  EXPECT_EQ(one.folds, (std::vector<int>{0, 1}));
  ASSERT_EQ(one.metrics.size(), 2U);
  EXPECT_EQ(one.metrics[0].cases, 2 * kComparedCases);
  EXPECT_NEAR(one.metrics[0].difference, 0.0454, 1e-3);
  EXPECT_GT(one.metrics[0].interval.low, 0);
  EXPECT_LT(one.metrics[0].p, 0.001);
}

TEST_F(CompareTest, OrderOfTheSidesOnlyTurnsTheSign) {
  add_both();
  const Comparison turned = compare_runs(require_finished_runs({folder_ / "b"}, {}),
                                         require_finished_runs({folder_ / "a"}, {}), options_);
  EXPECT_EQ(turned.datasets.at(0).better, -1);
  EXPECT_NEAR(turned.datasets[0].metrics[0].difference, -only().metrics[0].difference, 1e-12);
}

TEST_F(CompareTest, EveryDifferingKeyIsListed) {
  add_both([](Json& b) {
    b["method"]["options"]["depth"] = 4;
    b["seconds"]["train"] = 100.0;
    b["threads"] = 2;
  });
  const DatasetComparison one = only();
  std::vector<std::string> keys;
  for (const KeyDifference& difference : one.differences) keys.push_back(difference.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"name", "method.plugin", "method.options.depth",
                                            "seconds.train", "threads"}));
  EXPECT_EQ(one.differences[2].values.at(1), std::pair(Json(3), Json(4)));
  EXPECT_EQ(one.better, 1) << "costs and machines stand beside the numbers";
}

// P1
TEST_F(CompareTest, OtherMirroringRefuses) {
  add_both([](Json& b) { change_protocol(b, "mirror_axes", {0, 1, 2}); });
  const DatasetComparison one = only();
  EXPECT_TRUE(broken(one.against, Rule::one_change, "different mirroring (protocol.mirror_axes)"));
  EXPECT_EQ(one.better, 0);
  EXPECT_EQ(one.metrics.size(), 2U) << "the numbers are told all the same";
}

TEST_F(CompareTest, ExtraInformationRefuses) {
  add_both([](Json& b) { b["information"]["ensemble"] = 5; });
  EXPECT_TRUE(broken(only().against, Rule::one_change, "information.ensemble"));
}

TEST_F(CompareTest, WhatIsNotDeclaredRefusesEvenIfBothAreSilent) {
  for (const int fold : {0, 1}) {
    for (const char* side : {"a", "b"}) {
      Json silent = manifest(side, fold);
      silent["information"]["pretraining"] = nullptr;
      add(side, silent, values(side[0] == 'a' ? 0.8 : 0.7));
    }
  }
  EXPECT_TRUE(broken(only().against, Rule::one_change, "A does not declare its pre-training"));
}

TEST_F(CompareTest, DeviationsAreNotesNotRefusals) {
  add_both([](Json& b) { b["deviations"] = {"batch_size: 4 instead of 2"}; });
  const DatasetComparison one = only();
  EXPECT_EQ(one.better, 1);
  EXPECT_EQ(one.notes, (std::vector<std::string>{"B deviates: batch_size: 4 instead of 2"}));
  EXPECT_TRUE(listed(one, "deviations"));
}

TEST_F(CompareTest, AClaimAboutOneOptionTakesNoOtherDifference) {
  add_both([](Json& b) {
    b["method"] = {{"plugin", "a"}, {"version", "1"}, {"options", {{"depth", 4}}}};
    b["deviations"] = {"options: depth = 4"};  // the harness's footnote
  });
  options_.factors = {"method.options.depth"};
  EXPECT_EQ(only().better, 1);
  options_.factors = {"method.options.width"};
  EXPECT_TRUE(broken(only().against, Rule::one_change, "more differs"));
}

TEST_F(CompareTest, OtherNumbersOfSupportsAreComparedAndRefused) {
  add_both([](Json& b) { change_protocol(b, "supports", 5); });
  const DatasetComparison one = only();
  ASSERT_FALSE(one.metrics.empty());
  EXPECT_NEAR(one.metrics.front().a, 0.81, 0.001);
  EXPECT_TRUE(std::isfinite(one.metrics.front().difference));
  EXPECT_TRUE(broken(one.against, Rule::one_change, "protocol.supports"));
}

TEST_F(CompareTest, WhatIsNotDeclaredOfTuningIsSaidOnce) {
  add_both([](Json& b) { b["information"]["tuned_on"] = nullptr; });
  const DatasetComparison one = only();
  EXPECT_TRUE(broken(one.against, Rule::same_care, "does not declare its data sets of tuning"));
  EXPECT_FALSE(broken(one.against, Rule::same_care, "B was "));
}

// P2
TEST_F(CompareTest, OtherPlansOrTuningOnTheDataRefuses) {
  add_both([](Json& b) { change_protocol(b, "plans_hash", "p1"); });
  EXPECT_TRUE(broken(only().against, Rule::same_care, "different default plans"));
  add_both([](Json& b) { b["information"]["tuned_on"] = {"Dataset900_Phantom"}; });
  EXPECT_TRUE(broken(only().against, Rule::same_care, "B was tuned on this data set"));
}

// P3
TEST_F(CompareTest, ADifferenceThatMayBeChanceRefuses) {
  for (const int fold : {0, 1}) {
    std::vector<double> almost = values(0.80);
    for (std::size_t i = 0; i < almost.size(); ++i) almost[i] += i % 2 == 0 ? 0.011 : -0.01;
    add("a", manifest("a", fold), values(0.80));
    add("b", manifest("b", fold), almost);
  }
  const DatasetComparison one = only();
  EXPECT_TRUE(broken(one.against, Rule::enough_data, "may be chance"));
  EXPECT_EQ(one.better, 0);
}

TEST_F(CompareTest, AGeneralClaimNeedsThreeDataSetsThatTell) {
  const auto add_dataset = [&](const std::string& dataset) {
    for (const int fold : {0, 1}) {
      add("a", manifest("a", fold, dataset), values(0.80 + 0.001 * fold));
      add("b", manifest("b", fold, dataset), values(0.70));
    }
  };
  add_dataset("Dataset001_A");
  add_dataset("Dataset002_B");
  Comparison comparison = compare();
  EXPECT_EQ(comparison.datasets.at(1).better, 1);
  EXPECT_EQ(comparison.better, 0);
  EXPECT_TRUE(broken(comparison.against_general, Rule::enough_data, "needs 3"));
  add_dataset("Dataset003_C");
  comparison = compare();
  EXPECT_TRUE(comparison.against_general.empty());
  EXPECT_EQ(comparison.better, 1);
}

// P4
TEST_F(CompareTest, OtherSplitsOrCasesRefuse) {
  add_both([](Json& b) { change_protocol(b, "splits_hash", "s1"); });
  EXPECT_TRUE(broken(only().against, Rule::same_reports, "different splits"));
  for (const int fold : {0, 1}) {
    Json other = test::made_up_manifest("b", fold, cases(fold + 5));
    add("b", other, values(0.75));
  }
  const DatasetComparison one = only();
  EXPECT_TRUE(broken(one.against, Rule::same_reports, "different cases"));
  EXPECT_TRUE(broken(one.against, Rule::same_reports, "no number"));
  EXPECT_TRUE(one.metrics.empty());
}

TEST_F(CompareTest, AFoldOnOneSideOnlyRefuses) {
  add_both();
  add("a", manifest("a", 2), values(0.8));
  const DatasetComparison one = only();
  EXPECT_EQ(one.folds, (std::vector<int>{0, 1}));
  EXPECT_TRUE(broken(one.against, Rule::same_reports, "only one of them has fold 2"));
}

TEST_F(CompareTest, ABoundaryMetricMustStandBesideTheOverlap) {
  add_both();
  options_.metrics = {"Dice"};
  EXPECT_TRUE(broken(only().against, Rule::same_reports, "no boundary metric"));
}

TEST_F(CompareTest, MissingCasesAreSaid) {
  add_both();
  std::vector<double> fewer = values(0.75);
  fewer.pop_back();
  add("b", manifest("b", 0), fewer);
  const std::vector<std::string> notes = only().notes;
  EXPECT_NE(std::find(notes.begin(), notes.end(),
                      "B: 1 of 24 cases have no usable prediction and count as the worst value"),
            notes.end());
}

TEST_F(CompareTest, OneMethodASide) {
  add_both();
  test::write_made_up_run(folder_ / "a/again", manifest("a", 0), values(0.8));
  EXPECT_INPUT_ERROR(compare(), "two runs of the same fold");
  fs::remove_all(folder_ / "a/again");
  test::write_made_up_run(folder_ / "a/third", manifest("c", 0), values(0.8));
  EXPECT_INPUT_ERROR(compare(), "a run of 'c' beside one of 'a'");
}

TEST_F(CompareTest, WithoutCommonDataThereIsNothingToCompare) {
  add("a", manifest("a", 0, "Dataset001_A"), values(0.8));
  add("b", manifest("b", 0, "Dataset002_B"), values(0.8));
  EXPECT_INPUT_ERROR(compare(), "no data set in common");
}

TEST_F(CompareTest, TextAndJsonSayTheSame) {
  add_both([](Json& b) { change_protocol(b, "mirror_axes", {0, 1, 2}); });
  const Comparison comparison = compare();
  const std::string text = comparison_text(comparison);
  EXPECT_NE(text.find("P1 broken  only the method differs: different mirroring"), std::string::npos)
      << text;
  EXPECT_NE(text.find("P2 holds"), std::string::npos);
  EXPECT_NE(text.find("no table may call one of them better"), std::string::npos);
  const Json json = comparison_json(comparison);
  EXPECT_EQ(json["datasets"][0]["may_call_better"], "none");
  EXPECT_EQ(json["datasets"][0]["against"][0]["rule"], "P1");
  EXPECT_EQ(json["datasets"][0]["metrics"][0]["better"], "A");
}

}  // namespace
}  // namespace voxarena
