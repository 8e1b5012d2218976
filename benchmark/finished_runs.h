// Run folders that hold everything a table needs.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "voxarena/core/json.h"
#include "voxarena/core/run_context.h"

namespace voxarena {

struct FinishedRun {
  std::filesystem::path folder;  // of one fold
  Json manifest;
};

// Every finished run below `folders`, at any depth, sorted by path, each once. Runs that are not
// finished are left out, with a warning that says how many. Error (input) if a folder cannot be
// read, or naming a manifest, and its key, that is none (require_manifest()).
std::vector<FinishedRun> find_finished_runs(const std::vector<std::filesystem::path>& folders,
                                            const RunContext& context);
// The same; Error (input) if there is none.
std::vector<FinishedRun> require_finished_runs(const std::vector<std::filesystem::path>& folders,
                                               const RunContext& context);

}  // namespace voxarena
