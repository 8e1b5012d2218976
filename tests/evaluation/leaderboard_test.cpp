#include "evaluation/leaderboard.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "evaluation/statistics/block_statistics.h"
#include "evaluation/statistics/score_table.h"
#include "tests/evaluation/example_leaderboard.h"
#include "tests/support/expect_error.h"
#include "tests/support/nan.h"

namespace voxarena {
namespace {

using test::fold_of;
using test::kNaN;
using test::row_of;

const std::vector<std::string> kTwo = {"liver", "spleen"};

RankedRow only_row(const LeaderboardRow& row) {
  return make_leaderboard({row}).blocks.at(0).rows.at(0);
}

TEST(Leaderboard, MeansPerClassAndOverClasses) {
  const RankedRow row = only_row(row_of("a", kTwo, {{1.0, 0.5}, {0.8, 0.3}}));
  EXPECT_DOUBLE_EQ(row.classes[0].mean, 0.9);
  EXPECT_DOUBLE_EQ(row.classes[1].mean, 0.4);
  EXPECT_DOUBLE_EQ(row.classes[0].sd, std::sqrt(0.02));
  EXPECT_DOUBLE_EQ(row.overall.mean, (0.75 + 0.55) / 2);
  EXPECT_DOUBLE_EQ(row.overall.sd, std::sqrt(0.02));
}

TEST(Leaderboard, OverallIsFirstOverTheClassesOfACase) {
  // The spleen is in neither map of case 0: that case is its liver alone.
  const RankedRow row = only_row(row_of("a", kTwo, {{1.0, kNaN}, {0.5, 0.3}}));
  EXPECT_DOUBLE_EQ(row.overall.mean, (1.0 + 0.4) / 2);
  EXPECT_DOUBLE_EQ(row.classes[1].mean, 0.3);
  EXPECT_EQ(row.classes[1].count, 1);
}

TEST(Leaderboard, CaseWithoutRecordCountsAsWorst) {
  LeaderboardRow row = row_of("a", kTwo, {{1, 1}, {1, 1}});
  row.folds[0].cases.push_back("case_2");
  const RankedRow ranked = only_row(row);
  EXPECT_DOUBLE_EQ(ranked.overall.mean, 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(ranked.classes[0].mean, 2.0 / 3.0);
  EXPECT_EQ(ranked.missing_cases, 1);
  EXPECT_EQ(ranked.missing_case_names, (std::vector<std::string>{"case_2"}));
}

TEST(Leaderboard, ClassWithoutRecordCountsAsWorst) {
  LeaderboardRow row = row_of("a", kTwo, {{1, 1}});
  row.folds[0].records.pop_back();
  EXPECT_DOUBLE_EQ(only_row(row).overall.mean, 0.5);
}

// `row` with its records once more, as distances.
LeaderboardRow with_distances(LeaderboardRow row) {
  for (FoldRecords& fold : row.folds) {
    const std::size_t count = fold.records.size();
    for (std::size_t i = 0; i < count; ++i) {
      Record record = fold.records[i];
      record.metric = "HD95";
      record.flavour = "subvoxel";
      fold.records.push_back(record);
    }
  }
  return row;
}

TEST(Leaderboard, AMissingDistanceIsAnErrorSinceNothingIsTheWorst) {
  LeaderboardRow row = with_distances(row_of("a", kTwo, {{1, 2}, {3, 4}}));
  EXPECT_DOUBLE_EQ(make_leaderboard({row}, {}, "HD95").blocks[0].rows[0].overall.mean, 2.5);
  row.folds[0].file = "results/records.csv";
  row.folds[0].records.pop_back();
  const char* const named =
      "results/records.csv (Dataset004_Hippocampus, a, protocol 3f2a9c01d4e5, fold 0): case "
      "'case_1', class 'spleen', metric HD95 (subvoxel): no record";
  EXPECT_INPUT_ERROR(make_leaderboard({row}, {}, "HD95"), named);
  const Leaderboard by_dice = make_leaderboard({row});
  EXPECT_INPUT_ERROR(score_table(by_dice.blocks[0], {row}, find_metric("HD95")), named);
}

// `row` with the numbers of voxels of its class in both maps.
LeaderboardRow with_counts(LeaderboardRow row, double n_ref, double n_pred) {
  row.folds[0].records.push_back({row.dataset, 0, "case_0", "liver", "n_ref", "voxel", n_ref});
  row.folds[0].records.push_back({row.dataset, 0, "case_0", "liver", "n_pred", "voxel", n_pred});
  return row;
}

TEST(Leaderboard, AMissingValueOfAnEvaluatedCaseIsAnError) {
  LeaderboardRow row = with_counts(row_of("a", {"liver"}, {{0.9}, {0.5}}), 7, 9);
  EXPECT_DOUBLE_EQ(only_row(row).overall.mean, 0.7);
  std::erase_if(row.folds[0].records, [](const Record& record) {
    return record.case_id == "case_0" && record.metric == "Dice";
  });
  EXPECT_INPUT_ERROR(make_leaderboard({row}),
                     "case 'case_0', class 'liver', metric Dice (voxel): no record");
}

TEST(Leaderboard, AnUndefinedValueWhereThereIsOneIsAnError) {
  const LeaderboardRow undefined = row_of("a", {"liver"}, {{kNaN}, {0.5}});
  EXPECT_DOUBLE_EQ(only_row(with_counts(undefined, 0, 0)).overall.mean, 0.5) << "in neither map";
  EXPECT_INPUT_ERROR(make_leaderboard({with_counts(undefined, 7, 9)}),
                     "case 'case_0', class 'liver', metric Dice (voxel): an undefined value, "
                     "although the reference has 7 voxels of it and the prediction 9");
  EXPECT_INPUT_ERROR(make_leaderboard({with_counts(undefined, 7, 0)}), "an undefined value");
  EXPECT_INPUT_ERROR(make_leaderboard({with_counts(undefined, kNaN, kNaN)}),
                     "an undefined value instead of the worst");
  LeaderboardRow best = with_counts(undefined, 0, 0);
  best.evaluation.both_empty = EmptyValue::best;
  EXPECT_INPUT_ERROR(make_leaderboard({best}), "an undefined value");
}

TEST(Leaderboard, OnlyWhatIsRightlyEmptyIsCompleted) {
  const LeaderboardRow empty = with_counts(row_of("a", {"liver"}, {{kNaN}, {0.5}}), 0, 0),
                       missed = row_of("b", {"liver"}, {{0}, {0.5}});
  const std::vector<LeaderboardRow> rows = {empty, missed};
  const ScoreTable dice = score_table(make_leaderboard(rows).blocks[0], rows, find_metric("Dice"));
  const std::size_t place = dice.methods[0] == "a" ? 0 : 1;
  EXPECT_EQ(dice.compared_means({place, 1 - place}),
            (std::vector<std::vector<double>>{{1, 0.5}, {0, 0.5}}));
  EXPECT_TRUE(std::isnan(dice.compared_means({place})[0][0])) << "nobody has a value";

  LeaderboardRow chosen = with_counts(with_distances(row_of("a", {"liver"}, {{kNaN}, {3}})), 7, 0);
  chosen.folds[0].records[0].value = 0;  // Dice
  chosen.evaluation.empty_prediction = EmptyValue::undefined;
  LeaderboardRow found = with_distances(row_of("b", {"liver"}, {{2}, {3}}));
  found.evaluation = chosen.evaluation;
  const std::vector<LeaderboardRow> both = {chosen, found};
  const ScoreTable distances =
      score_table(make_leaderboard(both, {}, "HD95").blocks[0], both, find_metric("HD95"));
  const std::size_t row = distances.methods[0] == "a" ? 0 : 1;
  EXPECT_TRUE(std::isnan(distances.compared_means({row, 1 - row})[0][0]))
      << "nothing was found where something is";
}

TEST(Leaderboard, AnUndefinedDistanceIsWhatThePolicySays) {
  LeaderboardRow row = with_counts(with_distances(row_of("a", {"liver"}, {{kNaN}, {3}})), 7, 0);
  row.folds[0].records[0].value = 0;  // Dice
  EXPECT_INPUT_ERROR(make_leaderboard({row}, {}, "HD95"), "metric HD95 (subvoxel)");
  row.evaluation.empty_prediction = EmptyValue::undefined;
  EXPECT_DOUBLE_EQ(make_leaderboard({row}, {}, "HD95").blocks[0].rows[0].overall.mean, 3);
}

TEST(Leaderboard, SuitabilityIsThatOfTheStatistics) {
  std::vector<LeaderboardRow> rows;
  for (const double shift : {0.0, 0.01, 0.03}) {
    LeaderboardRow row = row_of(fmt::format("{}", shift), {"x"}, {{0.5 + shift}, {0.6 + shift}});
    row.folds.push_back(fold_of(row.dataset, 1, {"x"}, {{0.8 + shift}}));
    rows.push_back(row);
  }
  const Leaderboard board = make_leaderboard(rows);
  const ScoreTable table = score_table(board.blocks[0], rows, find_metric("Dice"));
  EXPECT_LT(board.blocks[0].suitability, 1);
  EXPECT_EQ(board.blocks[0].suitability,
            block_statistics({table}, {.samples = 10}).metrics[0].suitability);
  EXPECT_TRUE(std::isnan(make_leaderboard({rows[0]}).blocks[0].suitability)) << "one method";
}

TEST(Leaderboard, SuitabilityIsOverSeedsToo) {
  std::vector<LeaderboardRow> rows;
  for (const std::int64_t seed : {1, 2}) {
    for (const double level : {0.5, 0.7}) {
      const double value = level + 0.01 * static_cast<double>(seed);
      LeaderboardRow row = row_of(fmt::format("{}", level), {"x"}, {{value}, {value}});
      row.protocol = fmt::format("seed {}", seed);
      row.apart_from_seed = "all else";
      row.seed = seed;
      rows.push_back(row);
    }
  }
  const Leaderboard board = make_leaderboard(rows);
  ASSERT_EQ(board.blocks.size(), 2U);
  const auto numbers = block_numbers(board, rows, {"Dice"}, {.samples = 10});
  for (const std::size_t b : {0, 1}) {
    EXPECT_EQ(board.blocks[b].seeds, (std::vector<std::int64_t>{1, 2}));
    EXPECT_NEAR(board.blocks[b].suitability, 0.2 / 0.01, 1e-9);
    EXPECT_EQ(numbers[b].statistics.metrics[0].suitability, board.blocks[b].suitability);
  }
  rows[2].apart_from_seed = rows[3].apart_from_seed = "another budget";
  EXPECT_TRUE(std::isnan(make_leaderboard(rows).blocks[0].suitability));
}

TEST(Leaderboard, RecordedFailureIsCountedAsMissing) {
  LeaderboardRow row = row_of("a", {"liver"}, {{1}, {0}});
  row.folds[0].records.push_back({row.dataset, 0, "case_1", "liver", "n_pred", "voxel", kNaN});
  row.folds[0].records.push_back({row.dataset, 0, "case_0", "liver", "n_pred", "voxel", 12});
  const RankedRow ranked = only_row(row);
  EXPECT_EQ(ranked.missing_cases, 1);
  EXPECT_DOUBLE_EQ(ranked.overall.mean, 0.5);
}

TEST(Leaderboard, FoldsArePooled) {
  LeaderboardRow row = row_of("a", {"liver"}, {{1.0}});
  row.folds.push_back(fold_of(row.dataset, 1, {"liver"}, {{0.4}, {0.4}}));
  const Leaderboard board = make_leaderboard({row});
  EXPECT_DOUBLE_EQ(board.blocks[0].rows[0].overall.mean, 0.6);
  EXPECT_EQ(board.blocks[0].cases, 3);
  EXPECT_EQ(board.blocks[0].folds, (std::vector<int>{0, 1}));
}

TEST(Leaderboard, RanksBestFirstAndTiesShare) {
  const Leaderboard board =
      make_leaderboard({row_of("low", {"x"}, {{0.2}}), row_of("tie b", {"x"}, {{0.8}}),
                        row_of("tie a", {"x"}, {{0.8}}), row_of("top", {"x"}, {{0.9}})});
  std::vector<std::string> names;
  std::vector<double> ranks;
  for (const RankedRow& row : board.blocks.at(0).rows) {
    names.push_back(row.row.method);
    ranks.push_back(row.rank.value());
  }
  EXPECT_EQ(names, (std::vector<std::string>{"top", "tie a", "tie b", "low"}));
  EXPECT_EQ(ranks, (std::vector<double>{1, 2.5, 2.5, 4}));
}

TEST(Leaderboard, RowWithMissingFoldsIsNotRanked) {
  LeaderboardRow whole = row_of("whole", {"x"}, {{0.5}});
  whole.folds.push_back(fold_of(whole.dataset, 1, {"x"}, {{0.5}}));
  const Leaderboard board = make_leaderboard({row_of("easy fold only", {"x"}, {{0.99}}), whole});
  const std::vector<RankedRow>& rows = board.blocks.at(0).rows;
  EXPECT_EQ(rows[0].row.method, "whole");
  EXPECT_EQ(rows[0].rank, 1);
  EXPECT_FALSE(rows[1].rank.has_value());
  EXPECT_EQ(rows[1].missing_folds, (std::vector<int>{1}));
}

TEST(Leaderboard, OneBlockPerProtocolAndKindOfInformation) {
  LeaderboardRow other_protocol = row_of("a", {"x"}, {{0.5}});
  other_protocol.protocol = "other";
  LeaderboardRow prompted = row_of("b", {"x"}, {{0.9}});
  prompted.extra_information = "boxes drawn from the reference";
  const Leaderboard board =
      make_leaderboard({prompted, other_protocol, row_of("a", {"x"}, {{0.6}})});
  ASSERT_EQ(board.blocks.size(), 3U);
  for (const LeaderboardBlock& block : board.blocks) EXPECT_EQ(block.rows.size(), 1U);
  EXPECT_EQ(board.blocks[2].extra_information, "boxes drawn from the reference");
}

TEST(Leaderboard, RanksByAnotherMetric) {
  LeaderboardRow row = row_of("a", {"x"}, {{0.9}});
  row.folds[0].records.push_back({row.dataset, 0, "case_0", "x", "IoU", "voxel", 0.7});
  const Leaderboard board = make_leaderboard({row}, {}, "IoU");
  EXPECT_EQ(board.metric, "IoU");
  EXPECT_EQ(board.blocks[0].rows[0].overall.mean, 0.7);
  EXPECT_THROW(make_leaderboard({row}, {}, "TP"), Error);
  EXPECT_THROW(make_leaderboard({row}, {}, "beauty"), Error);
}

TEST(Leaderboard, DoesNotDependOnTheOrderOfItsInput) {
  std::vector<LeaderboardRow> rows = test::example_rows();
  const Leaderboard board = make_leaderboard(rows);
  std::reverse(rows.begin(), rows.end());
  for (LeaderboardRow& row : rows) {
    std::reverse(row.folds.begin(), row.folds.end());
    for (FoldRecords& fold : row.folds) {
      std::reverse(fold.cases.begin(), fold.cases.end());
      std::reverse(fold.records.begin(), fold.records.end());
    }
  }
  const Leaderboard reversed = make_leaderboard(rows);
  ASSERT_EQ(board.blocks.size(), reversed.blocks.size());
  for (std::size_t b = 0; b < board.blocks.size(); ++b) {
    for (std::size_t r = 0; r < board.blocks[b].rows.size(); ++r) {
      EXPECT_EQ(board.blocks[b].rows[r].row.method, reversed.blocks[b].rows[r].row.method);
      EXPECT_EQ(board.blocks[b].rows[r].overall.mean, reversed.blocks[b].rows[r].overall.mean);
      EXPECT_EQ(board.blocks[b].rows[r].overall.sd, reversed.blocks[b].rows[r].overall.sd);
    }
  }
}

TEST(Leaderboard, RefusesRowsThatCannotBeCompared) {
  const LeaderboardRow good = row_of("a", kTwo, {{1, 1}});
  LeaderboardRow bad = row_of("b", {"liver"}, {{1}});
  EXPECT_INPUT_ERROR(make_leaderboard({good, bad}),
                     "classes (liver) differ from those of a (liver, spleen)");
  bad = row_of("b", kTwo, {{1, 1}, {1, 1}});
  EXPECT_INPUT_ERROR(make_leaderboard({good, bad}),
                     "b, protocol 3f2a9c01d4e5: the cases of fold 0 differ");
  EXPECT_INPUT_ERROR(make_leaderboard({good, good}), "this method is there twice");
  bad = good;
  bad.folds.push_back(good.folds[0]);
  EXPECT_INPUT_ERROR(make_leaderboard({bad}), "fold 0 is there twice");
}

TEST(Leaderboard, RefusesForeignRecords) {
  LeaderboardRow row = row_of("a", kTwo, {{1, 1}});
  row.folds[0].records[1].cls = "heart";
  EXPECT_INPUT_ERROR(make_leaderboard({row}), "class 'heart' of the records is unknown");
  row = row_of("a", kTwo, {{1, 1}});
  row.folds[0].records[1].case_id = "stranger";
  EXPECT_INPUT_ERROR(make_leaderboard({row}), "case 'stranger' does not belong there");
  row = row_of("a", kTwo, {{1, 1}});
  row.folds[0].records[1].fold = 3;
  EXPECT_INPUT_ERROR(make_leaderboard({row}), "fold 3, case 'case_0' does not belong there");
}

}  // namespace
}  // namespace voxarena
