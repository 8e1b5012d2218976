// What all reports of one block are made from.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "evaluation/statistics/block_statistics.h"
#include "evaluation/statistics/score_table.h"

namespace voxarena {

struct BlockNumbers {
  std::size_t block = 0;           // of Leaderboard::blocks
  std::vector<ScoreTable> tables;  // one a metric, of the ranked rows
  BlockStatistics statistics;      // of those tables, in their order
  std::vector<ScoreTable> others;  // of the other metrics of its records, to be plotted only
};

// Keys of the metrics that the row's records hold, without those that another version wrote and
// this one does not know.
std::set<std::string> recorded_metrics(const LeaderboardRow& row);

// Of every block with ranked rows, for those of `metrics` (find_metric()) that its records hold.
// `rows` are those the board was made from. Error (usage) for a count.
std::vector<BlockNumbers> block_numbers(const Leaderboard& board,
                                        const std::vector<LeaderboardRow>& rows,
                                        const std::vector<std::string>& metrics,
                                        const StatisticsOptions& options);

}  // namespace voxarena
