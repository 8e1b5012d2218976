// Tables from run folders: manifests and records below a results folder become the leaderboard and
// its files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluation/leaderboard.h"
#include "evaluation/statistics/block_statistics.h"
#include "evaluation/table_writers.h"

namespace voxarena {

// Every finished run below `folders`, folds of one method joined. Error (input) if there is none,
// or naming a manifest or record file that cannot be used.
std::vector<LeaderboardRow> collect_rows(const std::vector<std::filesystem::path>& folders);

// leaderboard.<format> for each of "md", "csv", "json"; atomic. Error (usage) for another format.
void write_tables(const Leaderboard& board, const std::filesystem::path& folder,
                  const std::vector<std::string>& formats, const TableOptions& options);

// Intervals, tests and rankings of every block by those of `metrics` (find_metric()) that its
// records hold: statistics.md, statistics.json, and challenge.csv for challengeR and Rankings
// Reloaded. `rows` are those of the leaderboard, with their records.
void write_statistics(const Leaderboard& board, const std::vector<LeaderboardRow>& rows,
                      const std::vector<std::string>& metrics, const std::filesystem::path& folder,
                      const StatisticsOptions& options);

}  // namespace voxarena
