// Leaderboards as text. The same leaderboard and options give the same bytes.
#pragma once

#include <string>

#include "evaluation/leaderboard.h"
#include "voxarena/core/json.h"

namespace voxarena {

struct TableOptions {
  // Measured times and memory; without them two runs of the same work give identical files.
  bool with_times = true;
};

// Aligned columns, best value of a column bold, footnotes below each table.
std::string to_markdown(const Leaderboard& board, const TableOptions& options = {});

// Long form, a line per row and class (kMeanOverClasses first): everything with full precision.
inline constexpr const char* kMeanOverClasses = "mean over classes";
std::string to_csv(const Leaderboard& board, const TableOptions& options = {});

Json to_json(const Leaderboard& board, const TableOptions& options = {});

}  // namespace voxarena
