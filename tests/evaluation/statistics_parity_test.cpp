// Tests, intervals and rankings against scipy, statsmodels and scikit-posthocs
// (tests/golden/evaluation/statistical_tests.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluation/statistics.h"
#include "evaluation/statistics/bootstrap.h"
#include "evaluation/statistics/distributions.h"
#include "evaluation/statistics/tests.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace {

using Values = std::vector<double>;

const Json& statistics_golden() {
  static const Json json =
      read_json(VOXARENA_SOURCE_DIR "/tests/golden/evaluation/statistics.json");
  return json;
}

void expect_same(double value, const Json& expected, const std::string& what) {
  const auto number = expected.get<double>();
  EXPECT_NEAR(value, number, 1e-9 * std::max(1.0, std::abs(number))) << what;
}

TEST(StatisticsParity, SignedRankTest) {
  for (const Json& example : statistics_golden()["wilcoxon"]) {
    const SignedRank result = signed_rank_test(example["differences"].get<Values>());
    const std::string name = std::to_string(example["differences"].size()) + " differences";
    expect_same(result.p, example["p"], name);
    expect_same(std::min(result.r_plus, result.r_minus), example["statistic"], name);
    expect_same(result.effect, example["effect"], name);
    expect_same(false_claim_probability(example["differences"].get<Values>()),
                example["false_claim"], name);
  }
}

TEST(StatisticsParity, Holm) {
  const Values adjusted = holm(statistics_golden()["holm"]["p"].get<Values>());
  for (std::size_t i = 0; i < adjusted.size(); ++i)
    expect_same(adjusted[i], statistics_golden()["holm"]["adjusted"][i], std::to_string(i));
}

TEST(StatisticsParity, AllPairsWithHolm) {
  const auto values = statistics_golden()["pairs"]["values"].get<std::vector<Values>>();
  Values p;
  for (std::size_t a = 0; a < values[0].size(); ++a) {
    for (std::size_t b = a + 1; b < values[0].size(); ++b) {
      Values differences;
      for (const Values& of_case : values) differences.push_back(of_case[a] - of_case[b]);
      p.push_back(signed_rank_test(differences).p);
    }
  }
  const Values adjusted = holm(p);
  ASSERT_EQ(adjusted.size(), statistics_golden()["pairs"]["adjusted"].size());
  for (std::size_t i = 0; i < adjusted.size(); ++i)
    expect_same(adjusted[i], statistics_golden()["pairs"]["adjusted"][i],
                "pair " + std::to_string(i));
}

TEST(StatisticsParity, FriedmanAndImanDavenport) {
  for (const Json& example : statistics_golden()["friedman"]) {
    std::vector<Values> ranks;
    for (const Json& of_case : example["values"])
      ranks.push_back(mean_ranks(of_case.get<Values>(), true));
    const Omnibus result = friedman_test(ranks);
    expect_same(result.chi_squared, example["chi_squared"], "chi squared");
    expect_same(result.p_friedman, example["p_friedman"], "p of Friedman");
    expect_same(result.f, example["f"], "F");
    expect_same(result.p, example["p"], "p of Iman and Davenport");
  }
}

TEST(StatisticsParity, BootstrapIntervals) {
  for (const Json& example : statistics_golden()["intervals"]) {
    const auto means = example["means"].get<Values>();
    const Interval percentile = percentile_interval(means, 0.95);
    expect_same(percentile.low, example["percentile"][0], "percentile, low");
    expect_same(percentile.high, example["percentile"][1], "percentile, high");
    const Interval bca = bca_interval(means, example["values"].get<Values>(), 0.95);
    expect_same(bca.low, example["BCa"][0], "BCa, low");
    expect_same(bca.high, example["BCa"][1], "BCa, high");
  }
}

TEST(StatisticsParity, KendallsTau) {
  const Json& example = statistics_golden()["kendall"];
  expect_same(kendall_tau(example["a"].get<Values>(), example["b"].get<Values>()), example["tau"],
              "tau-b");
}

TEST(StatisticsParity, Distributions) {
  const Json& quantiles = statistics_golden()["quantiles"];
  for (std::size_t i = 0; i < quantiles["p"].size(); ++i)
    expect_same(normal_quantile(quantiles["p"][i]), quantiles["normal"][i], "normal quantile");
  for (const Json& student : statistics_golden()["student"])
    expect_same(student_sf(student[0], student[1]), student[2], student.dump());
}

}  // namespace
}  // namespace voxarena
