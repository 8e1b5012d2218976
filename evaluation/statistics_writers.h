// Statistics of a leaderboard's blocks as text. The same statistics give the same bytes.
#pragma once

#include <string>

#include "evaluation/leaderboard.h"
#include "evaluation/statistics/block_statistics.h"
#include "voxarena/core/json.h"

namespace voxarena {

// Intervals, ranks, tests and rankings of one block; costs come from its rows.
std::string statistics_markdown(const LeaderboardBlock& block, const BlockStatistics& statistics,
                                const StatisticsOptions& options);
Json statistics_json(const LeaderboardBlock& block, const BlockStatistics& statistics,
                     const StatisticsOptions& options);

// Suitability of a data set in words, or why it is not known; `warning` below 100 %.
struct SuitabilityWords {
  std::string text, warning;

  std::string plain() const { return warning.empty() ? text : text + " " + warning; }
  std::string markdown() const;  // the warning in bold
};
SuitabilityWords suitability_words(const MetricStatistics& metric, std::size_t folds,
                                   std::size_t seeds = 1);
// Of the metric that ranks.
SuitabilityWords suitability_words(const Leaderboard& board, const LeaderboardBlock& block);

// The four columns that challengeR and Rankings Reloaded read: task,case,algorithm,value. A task is
// data set, metric and class; undefined values are NA. Where a data set has several blocks,
// `block_of` (of the board) says which, so that rows of different blocks are not ranked together.
std::string challenge_csv(const LeaderboardBlock& block, const std::vector<ScoreTable>& tables,
                          const std::string& block_of = "");
// "protocol 0123456789ab, pre-trained weights"; empty where the data set has one block only.
std::string name_among_blocks(const Leaderboard& board, const LeaderboardBlock& block);

}  // namespace voxarena
