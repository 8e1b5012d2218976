// A folder that lets others rebuild every number of the tables without images, weights or
// predictions.
#pragma once

#include <filesystem>
#include <vector>

#include "benchmark/finished_runs.h"
#include "benchmark/reports.h"

namespace voxarena {

// bundle/
//   README.md, rebuild.sh   what this is; checks the sums, rebuilds the tables and compares them
//   SHA256SUMS              of every other file
//   runs/<data set>/<protocol>/<method>/fold_<k>/{manifest.json, records.csv, log.jsonl}
//   specs/<name>.toml       the specs found as <name>/spec.toml below `folders`
//   tables/                 all reports by `options`, the page without pictures
// Error (usage) if `bundle` exists and is not empty.
void write_evidence(const std::vector<std::filesystem::path>& folders,
                    const std::vector<FinishedRun>& runs, const std::filesystem::path& bundle,
                    const ReportOptions& options, const RunContext& context);

}  // namespace voxarena
