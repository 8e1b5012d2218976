// Tables from run folders: manifests and records below a results folder become the leaderboard and
// its files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "benchmark/finished_runs.h"
#include "evaluation/leaderboard.h"
#include "evaluation/statistics/block_statistics.h"
#include "evaluation/table_writers.h"

namespace voxarena {

// Folds of one method joined to a row. Error (input) naming a manifest or record file that cannot
// be used.
std::vector<LeaderboardRow> collect_rows(const std::vector<FinishedRun>& runs);
// Every finished run below `folders`. Error (input) if there is none.
std::vector<LeaderboardRow> collect_rows(const std::vector<std::filesystem::path>& folders,
                                         const RunContext& context);

// The table of such rows, with a caution on every block that lacks what a claim needs: a baseline
// that configures itself, a boundary metric, the metric settings of the other blocks.
Leaderboard make_table(const std::vector<LeaderboardRow>& rows, const std::string& metric);

// leaderboard.<format> for each of "md", "csv", "json", and cases.csv beside "csv", from the rows
// that the board was made of; atomic. Error (usage) for another format.
void write_tables(const Leaderboard& board, const std::vector<LeaderboardRow>& rows,
                  const std::filesystem::path& folder, const std::vector<std::string>& formats,
                  const TableOptions& options);

// Intervals, tests and rankings of every block: statistics.md, statistics.json, and challenge.csv
// for challengeR and Rankings Reloaded.
void write_statistics(const Leaderboard& board, const std::vector<BlockNumbers>& numbers,
                      const std::filesystem::path& folder, const StatisticsOptions& options);

}  // namespace voxarena
