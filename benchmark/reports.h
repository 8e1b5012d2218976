// Everything that `voxarena leaderboard` and the end of a benchmark write: tables, statistics, the
// LaTeX document and the page.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "benchmark/finished_runs.h"
#include "evaluation/report/page.h"
#include "evaluation/table_writers.h"
#include "voxarena/core/run_context.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {

struct ReportOptions {
  std::vector<std::string> formats = {"md", "csv", "latex", "html", "json"};
  std::string metric = "Dice";                            // decides the ranks
  std::vector<std::string> statistics = {"Dice", "NSD"};  // metrics of statistics; may be empty
  StatisticsOptions bootstrap;                            // `threads` come from the context
  TableOptions table;
  LatexSpread latex_spread = LatexSpread::sd;
  Roots roots;           // where images for the page are looked for
  bool pictures = true;  // of cases, in the page
};

// leaderboard.{md,csv,json,tex,html} as `formats` say; statistics.md, statistics.json and
// challenge.csv if there are metrics for them. Returns the board. Error (usage) for an unknown
// format, before anything is written.
Leaderboard write_reports(const std::vector<FinishedRun>& runs, const std::filesystem::path& folder,
                          const ReportOptions& options, const RunContext& context);

}  // namespace voxarena
