// Tables from run folders: manifests and records below a results folder become the leaderboard and
// its files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluation/leaderboard.h"
#include "evaluation/table_writers.h"

namespace voxarena {

// Every finished run below `folders`, folds of one method joined. Error (input) if there is none,
// or naming a manifest or record file that cannot be used.
std::vector<LeaderboardRow> collect_rows(const std::vector<std::filesystem::path>& folders);

// leaderboard.<format> for each of "md", "csv", "json"; atomic. Error (usage) for another format.
void write_tables(const Leaderboard& board, const std::filesystem::path& folder,
                  const std::vector<std::string>& formats, const TableOptions& options);

}  // namespace voxarena
