#include "benchmark/reports.h"

#include <fmt/core.h>

#include <algorithm>

#include "benchmark/block_story.h"
#include "benchmark/tables.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

bool listed(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

void write_page(const Leaderboard& board, const std::vector<BlockNumbers>& numbers,
                const std::vector<FinishedRun>& runs, const fs::path& folder,
                const ReportOptions& options, const RunContext& context) {
  std::vector<BlockStory> stories;
  for (const BlockNumbers& one : numbers) {
    stories.push_back(
        tell_block(board.blocks[one.block], one, runs, options.roots, options.pictures, context));
  }
  write_file(folder / "leaderboard.html",
             to_html(board, numbers, stories, {options.table, options.bootstrap}));
}

}  // namespace

Leaderboard write_reports(const std::vector<FinishedRun>& runs, const fs::path& folder,
                          const ReportOptions& options, const RunContext& context) {
  std::vector<std::string> tables;
  for (const std::string& format : options.formats) {
    if (format == "latex" || format == "html") continue;
    if (!listed({"md", "csv", "json"}, format))
      throw Error::usage(fmt::format("--format: '{}' is not a format", format),
                         "formats are md, csv, latex, html and json");
    tables.push_back(format);
  }
  const std::vector<LeaderboardRow> rows = collect_rows(runs);
  if (rows.empty()) throw Error::internal("a report without runs");
  const Leaderboard board = make_table(rows, options.metric);
  std::vector<std::string> metrics = options.statistics;
  if (!metrics.empty() && !listed(metrics, options.metric))
    metrics.insert(metrics.begin(), options.metric);
  StatisticsOptions bootstrap = options.bootstrap;
  bootstrap.threads = context.threads;
  const std::vector<BlockNumbers> numbers = block_numbers(board, rows, metrics, bootstrap);
  write_tables(board, rows, folder, tables, options.table);
  if (!metrics.empty()) write_statistics(board, numbers, folder, bootstrap);
  if (listed(options.formats, "latex")) {
    write_file(folder / "leaderboard.tex", to_latex(board, {.table = options.table,
                                                            .spread = options.latex_spread,
                                                            .level = bootstrap.level,
                                                            .numbers = &numbers}));
  }
  if (listed(options.formats, "html")) write_page(board, numbers, runs, folder, options, context);
  return board;
}

}  // namespace voxarena
