#include "evaluation/statistics/block_statistics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/evaluation/example_leaderboard.h"

namespace voxarena {
namespace {

// One class; `values[method][case]`, cases spread over two folds.
ScoreTable table_of(const std::vector<std::vector<double>>& values) {
  ScoreTable table{.metric = "Dice",
                   .flavour = "voxel",
                   .unit = "1",
                   .methods = {},
                   .classes = {"liver"},
                   .fold_of_case = {},
                   .names_of_cases = {},
                   .values = {}};
  for (std::size_t c = 0; c < values[0].size(); ++c)
    table.fold_of_case.push_back(static_cast<int>(c % 2));
  for (const std::vector<double>& method : values) {
    table.methods.push_back("method " + std::to_string(table.methods.size()));
    table.values.insert(table.values.end(), method.begin(), method.end());
  }
  return table;
}

std::vector<std::vector<double>> clear_order(std::size_t cases) {
  std::vector<std::vector<double>> values(3);
  for (std::size_t c = 0; c < cases; ++c) {
    const double noise = 0.01 * std::sin(static_cast<double>(7 * c));
    values[0].push_back(0.9 + noise);
    values[1].push_back(0.8 - noise);
    values[2].push_back(0.7 + noise / 2);
  }
  return values;
}

TEST(BlockStatistics, ClearDifferencesAreSeenByEveryMeasure) {
  const BlockStatistics result = block_statistics({table_of(clear_order(20))}, {.samples = 500});
  const MetricStatistics& dice = result.metrics.at(0);
  EXPECT_EQ(dice.methods[0].first, 1);
  EXPECT_EQ(dice.methods[2].rank.low, 3);
  EXPECT_EQ(dice.stability, 1);
  EXPECT_LT(dice.omnibus.p, 1e-6);
  ASSERT_EQ(dice.pairs.size(), 3U);
  EXPECT_EQ(dice.pairs[0].test.effect, 1);
  EXPECT_LT(dice.pairs[0].p_holm, 0.001);
  EXPECT_LT(dice.pairs[0].false_claim, 1e-9);
  EXPECT_GT(dice.suitability, 10);
  const Ranking expected = {1, 2, 3};
  EXPECT_EQ(result.rankings.aggregate, expected);
  EXPECT_EQ(result.rankings.per_case, expected);
  EXPECT_EQ(result.rankings.test_based, expected);
  EXPECT_EQ(result.rankings.tau_aggregate_test, 1);
}

TEST(BlockStatistics, EqualMethodsShareRanksAndNothingIsSignificant) {
  const std::vector<double> values = {0.8, 0.9, 0.7, 0.85};
  const BlockStatistics result = block_statistics({table_of({values, values})}, {.samples = 200});
  const MetricStatistics& dice = result.metrics.at(0);
  EXPECT_NEAR(dice.methods[0].first, 0.5, 1e-12);
  EXPECT_EQ(dice.pairs[0].test.p, 1);
  EXPECT_EQ(dice.pairs[0].false_claim, 0.5);
  EXPECT_EQ(result.rankings.per_case, (Ranking{1.5, 1.5}));
  EXPECT_EQ(dice.suitability, 0);
}

TEST(BlockStatistics, IntervalsHoldTheMeanAndNarrowWithMoreCases) {
  const auto width = [](std::size_t cases) {
    const auto result = block_statistics({table_of(clear_order(cases))}, {.samples = 1000});
    const Uncertainty& overall = result.metrics[0].methods[0].overall;
    EXPECT_LT(overall.percentile.low, overall.mean);
    EXPECT_GT(overall.bca.high, overall.mean);
    return overall.percentile.high - overall.percentile.low;
  };
  EXPECT_NEAR(width(400) / width(25), 0.25, 0.06);
}

// In half of the cases there is nothing to find, which only the first method sees.
ScoreTable table_with_empty_cases() {
  const double nan = std::nan("");
  std::vector<std::vector<double>> values(2), completed(2);
  for (int c = 0; c < 20; ++c) {
    const bool empty = c < 10;
    values[0].push_back(empty ? nan : 0.80 + 0.001 * c);
    completed[0].push_back(empty ? 1 : values[0].back());
    values[1].push_back(empty ? 0 : 0.98 + 0.0005 * c);
    completed[1].push_back(values[1].back());
  }
  ScoreTable table = table_of(values);
  table.completed = table_of(completed).values;
  return table;
}

TEST(BlockStatistics, WhoFindsNothingWhereNothingIsDoesNotLoseToWhoFindsSomething) {
  const ScoreTable table = table_with_empty_cases();
  const BlockStatistics result = block_statistics({table}, {.samples = 200});
  const PairStatistics& pair = result.metrics[0].pairs.at(0);
  EXPECT_EQ(pair.cases, 20);
  EXPECT_NEAR(pair.difference, (10 * 1 + 10 * -0.1727) / 20, 1e-3);
  EXPECT_GT(pair.test.r_plus, pair.test.r_minus);
  EXPECT_EQ(result.rankings.per_case, (Ranking{1.5, 1.5}));  // each is better in ten cases
  EXPECT_NEAR(result.metrics[0].methods[0].overall.mean, 0.8145, 1e-9) << "means leave them out";
}

TEST(BlockStatistics, ACaseWithOneValueIsNotCompared) {
  ScoreTable table = table_with_empty_cases();
  table.completed.clear();  // undefined for another reason
  const PairStatistics pair = block_statistics({table}, {.samples = 200}).metrics[0].pairs.at(0);
  EXPECT_EQ(pair.cases, 10);
  EXPECT_LT(pair.difference, 0);
}

TEST(BlockStatistics, AThirdMethodDoesNotChangeAPair) {
  ScoreTable two = table_of({{std::nan(""), 0.5, 0.6}, {std::nan(""), 0.4, 0.7}});
  two.completed = table_of({{1, 0.5, 0.6}, {1, 0.4, 0.7}}).values;
  ScoreTable three = table_of({{std::nan(""), 0.5, 0.6}, {std::nan(""), 0.4, 0.7}, {0, 0.1, 0.2}});
  three.completed = table_of({{1, 0.5, 0.6}, {1, 0.4, 0.7}, {0, 0.1, 0.2}}).values;
  const auto pair = [](const ScoreTable& table) {
    return block_statistics({table}, {.samples = 10}).metrics[0].pairs.at(0);
  };
  EXPECT_EQ(pair(two).cases, 2);
  EXPECT_EQ(pair(three).cases, 2);
  EXPECT_EQ(pair(two).false_claim, pair(three).false_claim);
}

TEST(BlockStatistics, DoNotDependOnThreads) {
  std::vector<std::vector<double>> values = clear_order(30);
  values[1][4] = std::nan("");
  const auto with = [&](int threads) {
    const auto result = block_statistics({table_of(values)}, {.samples = 300, .threads = threads});
    std::vector<double> numbers;
    for (const MethodStatistics& method : result.metrics[0].methods) {
      for (const double number : {method.overall.mean, method.overall.percentile.low,
                                  method.overall.bca.high, method.first, method.rank.high})
        numbers.push_back(number);
    }
    return numbers;
  };
  EXPECT_EQ(with(1), with(3));
}

TEST(Rankings, AnOutlierMovesTheAggregateButNotTheRanksPerCase) {
  const ScoreTable table = table_of({{0.9, 0.9, 0.9, 0.0}, {0.8, 0.8, 0.8, 0.8}});
  EXPECT_EQ(aggregate_then_rank({table}), (Ranking{2, 1}));
  EXPECT_EQ(rank_then_aggregate({table}), (Ranking{1, 2}));
}

TEST(Rankings, WhatCostsNothingTakesPart) {
  const std::vector<double> quality = {0.90, 0.85}, cost = {10, 0};
  EXPECT_EQ(pareto_front(quality, true, cost), (std::vector<bool>{true, true}));
  EXPECT_EQ(equal_budget_ranks(quality, true, cost), (Ranking{1, 1}));
  EXPECT_EQ(equal_budget_ranks({0.80, 0.85}, true, cost), (Ranking{2, 1}));
}

TEST(Rankings, ParetoFrontAndEqualBudget) {
  const std::vector<double> quality = {0.90, 0.85, 0.80, 0.88}, cost = {10, 5, 7, std::nan("")};
  EXPECT_EQ(pareto_front(quality, true, cost), (std::vector<bool>{true, true, false, false}));
  const Ranking ranks = equal_budget_ranks(quality, true, cost);
  EXPECT_EQ(ranks[0], 1);
  EXPECT_EQ(ranks[1], 1) << "nothing cheaper is better";
  EXPECT_EQ(ranks[2], 2) << "behind the cheaper and better second row";
  EXPECT_TRUE(std::isnan(ranks[3]));
}

TEST(ScoreTable, ComesFromTheRecordsOfRankedRows) {
  const std::vector<LeaderboardRow> rows = test::example_rows();
  const Leaderboard board = make_leaderboard(rows);
  const ScoreTable table = score_table(board.blocks[0], rows, find_metric("Dice"));
  ASSERT_EQ(table.methods,
            (std::vector<std::string>{"resenc_unet", "plain_unet", "MaskSAM (mini encoder)"}));
  EXPECT_EQ(table.at(0, 1, 1), 0.88);
  EXPECT_EQ(table.at(2, 2, 0), 0) << "a case without records";
  const ScoreTable acdc = score_table(board.blocks[1], rows, find_metric("Dice"));
  EXPECT_EQ(acdc.methods.size(), 2U) << "rows without all folds are left out";
  EXPECT_EQ(acdc.fold_of_case, (std::vector<int>{0, 0, 1, 1}));
  EXPECT_TRUE(std::isnan(acdc.at(0, 1, 1)));
}

}  // namespace
}  // namespace voxarena
