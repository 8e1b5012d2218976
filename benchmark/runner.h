// The main job: every method of a spec on every data set and fold, then the tables.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "benchmark/spec.h"
#include "voxarena/core/run_context.h"
#include "voxarena/data/raw_dataset.h"
#include "voxarena/plugin/registry.h"

namespace voxarena {

struct RunnerOptions {
  Roots roots{};
  Paths plugin_paths{};
  bool dry_run = false;            // print the job table only
  std::string only{};              // display name, folder or plugin of one method; empty: all
  std::optional<int> fold{};       // one fold; unset: the spec's
  std::filesystem::path output{};  // folder of the tables; empty: <results>/tables/<spec name>
};

// Returns the folder of the tables (empty for a dry run). A job that fails does not stop those
// after it; then the Error at the end names all failures, and no tables are written.
std::filesystem::path run_benchmark(const BenchmarkSpec& spec, const RunnerOptions& options,
                                    const RunContext& context);

}  // namespace voxarena
