// Leaderboards as text. The same leaderboard and options give the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluation/block_numbers.h"
#include "evaluation/leaderboard.h"
#include "voxarena/core/json.h"

namespace voxarena {

struct TableOptions {
  // Measured times and memory; without them two runs of the same work give identical files.
  bool with_times = true;
};

// Aligned columns, best value of a column bold, footnotes below each table.
std::string to_markdown(const Leaderboard& board, const TableOptions& options = {});

// Part of to_markdown(): a column for each number of supports. Empty unless there are several.
std::string supports_markdown(const Leaderboard& board);

// Footnote of a row with such cases, which names up to five of them.
std::string missing_cases_note(const RankedRow& row, const LeaderboardBlock& block);

// Long form, a line per row and class (kMeanOverClasses first): everything with full precision.
inline constexpr const char* kMeanOverClasses = "mean over classes";
std::string to_csv(const Leaderboard& board, const TableOptions& options = {});

// Every record of these rows, a line each: data set, fold, case, class, method, seed, metric,
// flavour, value (NaN: undefined), and the block that it belongs to.
std::string cases_to_csv(const std::vector<LeaderboardRow>& rows);

// What stands behind a mean in LaTeX: "± SD", or the bootstrap interval of the mean (BCa).
enum class LatexSpread : std::uint8_t { sd, interval };

struct LatexOptions {
  TableOptions table = {};
  LatexSpread spread = LatexSpread::sd;
  double level = 0.95;                                 // of the intervals
  const std::vector<BlockNumbers>* numbers = nullptr;  // where the intervals are
};

// A document that compiles as it is: booktabs tables, best value of a column bold, second
// underlined, footnotes. One table a block, classes in further ones, and an overview of data sets
// where several share budget and information.
std::string to_latex(const Leaderboard& board, const LatexOptions& options = {});

Json to_json(const Leaderboard& board, const TableOptions& options = {});

}  // namespace voxarena
