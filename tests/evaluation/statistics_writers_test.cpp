#include "evaluation/statistics_writers.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/evaluation/example_leaderboard.h"

namespace voxarena {
namespace {

struct Written {
  Leaderboard board;
  std::vector<ScoreTable> tables;
  BlockStatistics statistics;
};

Written example(std::size_t block) {
  const std::vector<LeaderboardRow> rows = test::example_rows();
  Written written{make_leaderboard(rows), {}, {}};
  written.tables = {score_table(written.board.blocks[block], rows, find_metric("Dice"))};
  written.statistics = block_statistics(written.tables, {.samples = 200});
  return written;
}

TEST(StatisticsWriters, MarkdownHoldsEveryPart) {
  const Written written = example(1);
  const std::string text =
      statistics_markdown(written.board.blocks[1], written.statistics, {.samples = 200});
  for (const char* part : {"## Dataset027_ACDC", "### Dice (voxel)", "95 % CI (BCa)", "P(rank 1)",
                           "plain_unet > MaskSAM (mini encoder)", "p (Holm)", "Iman–Davenport",
                           "Dice against training time", "Pareto front", "Rank, then aggregate",
                           "Kendall's tau", "200 resamples"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in\n" << text;
  }
}

TEST(StatisticsWriters, JsonIsCompleteAndHoldsNoNaN) {
  const Written written = example(0);
  const Json json = statistics_json(written.board.blocks[0], written.statistics, {.samples = 200});
  EXPECT_EQ(json["metrics"][0]["methods"].size(), 3U);
  EXPECT_EQ(json["metrics"][0]["pairs"].size(), 3U);
  EXPECT_EQ(json["metrics"][0]["methods"][0]["classes"].size(), 2U);
  EXPECT_TRUE(json["metrics"][0]["suitability"].is_null()) << "one fold";
  EXPECT_EQ(json["rankings"]["aggregate_then_rank"].size(), 3U);
  EXPECT_EQ(json.dump().find("NaN"), std::string::npos);
}

TEST(StatisticsWriters, ChallengeFileHasFourColumns) {
  const Written written = example(1);
  const std::string csv = challenge_csv(written.board.blocks[1], written.tables);
  EXPECT_EQ(csv.substr(0, csv.find('\n')), "task,case,algorithm,value");
  EXPECT_NE(csv.find("Dataset027_ACDC right ventricle Dice (voxel),case_0,plain_unet,"),
            std::string::npos)
      << csv;
  EXPECT_NE(csv.find(",NA\n"), std::string::npos) << "undefined values";
}

TEST(StatisticsWriters, UnsuitableDataIsWarnedOf) {
  MetricStatistics metric;
  metric.metric = "Dice";
  metric.suitability = 0.5;
  EXPECT_NE(suitability_text(metric).find("below 100 %"), std::string::npos);
  metric.suitability = 2;
  EXPECT_EQ(suitability_text(metric).find("below 100 %"), std::string::npos);
}

}  // namespace
}  // namespace voxarena
