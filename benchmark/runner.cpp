#include "benchmark/runner.h"

#include <fmt/core.h>

#include <deque>
#include <nlohmann/json.hpp>

#include "benchmark/job.h"
#include "benchmark/reports.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

// Addresses in here are stable: jobs point to their data set, protocol and setup.
struct Matrix {
  std::deque<PreparedDataset> datasets;
  std::deque<Protocol> protocols;
  std::deque<RunSetup> setups;
  std::vector<Job> jobs;
};

bool selected(const MethodEntry& entry, const std::string& only) {
  return only.empty() || entry.name == only || entry.folder() == only || entry.plugin == only;
}

// Beyond nnU-Net's five folds lie its random 80:20 splits, which know no patients.
void require_fold(const PreparedDataset& dataset, int fold, bool random_folds) {
  const auto folds = static_cast<int>(dataset.splits.size());
  if (fold < folds || (folds == 5 && random_folds)) return;
  throw Error::input(
      fmt::format("{}: there is no fold {}", (dataset.folder / "splits_final.json").string(), fold),
      fmt::format("the file has folds 0 to {}", folds - 1));
}

// Everything that can be wrong with the spec is found here, before the first job runs.
Matrix build_matrix(const BenchmarkSpec& spec, const RunnerOptions& options,
                    const RunContext& context) {
  if (options.roots.results.empty()) {
    throw Error::usage("no folder for results is named",
                       "pass --results FOLDER or set the variable nnUNet_results");
  }
  Matrix matrix;
  const std::vector<int> folds = options.fold ? std::vector<int>{*options.fold} : spec.folds;
  for (const MethodEntry& entry : spec.methods) load_method(entry.plugin, options.plugin_paths);
  for (const std::string& name : spec.datasets) {
    const PreparedDataset& dataset = matrix.datasets.emplace_back(
        plan_dataset(name, options.roots, context, {.patient = spec.protocol.patient}));
    const Protocol& protocol =
        matrix.protocols.emplace_back(make_protocol(dataset, spec.protocol, context));
    for (const MethodEntry& entry : spec.methods) {
      if (!selected(entry, options.only)) continue;
      const RunSetup& setup = matrix.setups.emplace_back(
          set_up_run(entry, dataset, spec.protocol, options.plugin_paths));
      for (const int fold : folds) {
        require_fold(dataset, fold, spec.protocol.patient.empty());
        matrix.jobs.push_back(
            {&dataset, &protocol, &spec.protocol, &setup, fold,
             run_folder(options.roots.results, dataset.raw.name, protocol.id, entry, fold)});
      }
    }
  }
  if (matrix.jobs.empty()) {
    throw Error::usage(fmt::format("--only: no method of the spec is called '{}'", options.only),
                       "use a name or plugin of the spec");
  }
  return matrix;
}

void print_job_table(const Matrix& matrix) {
  fmt::print("{:<28} {:<24} {:>4}  {:<12} {}\n", "data set", "method", "fold", "state", "folder");
  for (const Job& job : matrix.jobs) {
    fmt::print("{:<28} {:<24} {:>4}  {:<12} {}\n", job.dataset->raw.name, job.setup->entry.name,
               job.fold, to_string(job_state(job)), job.folder.path.string());
  }
}

}  // namespace

fs::path run_benchmark(const BenchmarkSpec& spec, const RunnerOptions& options,
                       const RunContext& context) {
  const Matrix matrix = build_matrix(spec, options, context);
  if (options.dry_run) {
    print_job_table(matrix);
    return {};
  }
  for (const Job& job : matrix.jobs)
    job_state(job);  // a clash of names is found before anything runs
  std::size_t number = 0;
  std::vector<fs::path> runs;
  for (const Job& job : matrix.jobs) {
    ++number;
    if (job_state(job) != JobState::finished)
      context.info(fmt::format("job {} of {}: {}", number, matrix.jobs.size(), job.title()));
    run_job(job, context);
    runs.push_back(job.folder.path);
  }
  const fs::path output =
      options.output.empty() ? options.roots.results / "tables" / spec.name : options.output;
  remove_temporary_files(output, /*below=*/false);
  ReportOptions reports;
  reports.roots = options.roots;
  write_reports(require_finished_runs(runs), output, reports, context);
  write_file(output / "spec.toml", spec.text);
  return output;
}

}  // namespace voxarena
