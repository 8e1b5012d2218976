#include "evaluation/statistics_writers.h"

#include <gtest/gtest.h>

#include <cmath>
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
  metric.flavour = "voxel";
  metric.methods.resize(2);
  metric.suitability = 0.5;
  EXPECT_EQ(suitability_words(metric, 2).markdown(),
            "Suitability for Dice (voxel): 50 % (spread between methods over the spread of one "
            "across folds). **Below 100 %: this data set hardly tells methods apart.**");
  EXPECT_NE(suitability_words(metric, 1, 2).text.find("across seeds"), std::string::npos);
  EXPECT_NE(suitability_words(metric, 2, 2).text.find("across folds and seeds"), std::string::npos);
  metric.suitability = 2;
  EXPECT_EQ(suitability_words(metric, 2).warning, "");
}

TEST(StatisticsWriters, UnknownSuitabilitySaysWhy) {
  MetricStatistics metric;
  metric.metric = "HD95";
  metric.flavour = "medpy";
  metric.suitability = std::nan("");
  metric.methods.resize(2);
  EXPECT_EQ(suitability_words(metric, 1).plain(),
            "Suitability for HD95 (medpy): unknown, it takes two folds, or two seeds, to see how "
            "much one method varies.");
  metric.methods.resize(1);
  EXPECT_NE(suitability_words(metric, 5).text.find("two ranked methods"), std::string::npos);
}

}  // namespace
}  // namespace voxarena
