#include "benchmark/runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "benchmark/cascade.h"
#include "benchmark/job.h"
#include "benchmark/predictions_run.h"
#include "benchmark/reports.h"
#include "benchmark/support_selection.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

// Addresses in here are stable: jobs point to their data set, protocol and setup.
struct Matrix {
  std::vector<ProtocolSettings> settings;
  std::deque<PreparedDataset> datasets;
  std::deque<Protocol> protocols;
  std::deque<RunSetup> setups;
  std::vector<std::unique_ptr<FirstStage>> first_stages;
  std::vector<Job> jobs;
  std::vector<PredictionsRun> predictions;
};

bool selected(const MethodEntry& entry, const std::string& only) {
  return only.empty() || entry.name == only || entry.folder() == only || entry.plugin == only;
}

bool selected(const PredictionsEntry& entry, const std::string& only) {
  return only.empty() || entry.name == only || entry.run_folder_name() == only;
}

// Beyond nnU-Net's five folds lie its random 80:20 splits, which know no patients.
void require_fold(const PreparedDataset& dataset, int fold, bool random_folds) {
  const auto folds = static_cast<int>(dataset.splits.size());
  if (fold < folds || (folds == 5 && random_folds)) return;
  throw Error::input(
      fmt::format("{}: there is no fold {}", (dataset.folder / "splits_final.json").string(), fold),
      fmt::format("the file has folds 0 to {}", folds - 1));
}

// The jobs of a cascade's first stage come before those that start from them.
const FirstStage* add_first_stage(Matrix& matrix, const RunSetup& setup,
                                  const PreparedDataset& dataset, const ProtocolSettings& settings,
                                  const RunnerOptions& options, const RunContext& context) {
  std::unique_ptr<FirstStage> first = set_up_first_stage(
      setup, dataset, settings, options.roots.results, options.plugin_paths, context);
  if (!first) return nullptr;
  matrix.jobs.insert(matrix.jobs.end(), first->jobs.begin(), first->jobs.end());
  return matrix.first_stages.emplace_back(std::move(first)).get();
}

// Every row on every fold under one protocol.
void add_protocol(Matrix& matrix, const PreparedDataset& dataset, const ProtocolSettings& settings,
                  const BenchmarkSpec& spec, const RunnerOptions& options,
                  const RunContext& context) {
  const std::vector<int> folds = options.fold ? std::vector<int>{*options.fold} : spec.folds;
  const Protocol& protocol =
      matrix.protocols.emplace_back(make_protocol(dataset, settings, context));
  for (const MethodEntry& entry : spec.methods) {
    if (!selected(entry, options.only)) continue;
    const RunSetup& setup =
        matrix.setups.emplace_back(set_up_run(entry, dataset, settings, options.plugin_paths));
    const FirstStage* first = add_first_stage(matrix, setup, dataset, settings, options, context);
    for (const int fold : folds) {
      require_fold(dataset, fold, settings.patient.empty());
      static_cast<void>(protocol_split(dataset, settings, fold));  // enough supports
      matrix.jobs.push_back(
          {&dataset, &protocol, &settings, &setup, fold,
           run_folder(options.roots.results, dataset.raw.name, protocol.id, entry.folder(), fold),
           first == nullptr ? nullptr : &first->predictions});
    }
  }
  for (const PredictionsEntry& entry : spec.predictions) {
    if (!selected(entry, options.only)) continue;
    for (const int fold : folds) {
      require_fold(dataset, fold, settings.patient.empty());
      matrix.predictions.push_back(
          open_predictions(entry, dataset, protocol, settings, fold, options.roots.results));
    }
  }
}

// Everything that can be wrong with the spec is found here, before the first job runs.
Matrix build_matrix(const BenchmarkSpec& spec, const RunnerOptions& options,
                    const RunContext& context) {
  if (options.roots.results.empty()) {
    throw Error::usage("no folder for results is named",
                       "pass --results FOLDER or set the variable nnUNet_results");
  }
  Matrix matrix;
  matrix.settings = spec.protocols();
  for (const MethodEntry& entry : spec.methods) load_method(entry.plugin, options.plugin_paths);
  for (const std::string& name : spec.datasets) {
    const PreparedDataset& dataset = matrix.datasets.emplace_back(
        plan_dataset(name, options.roots, context,
                     {.patient = spec.protocol.patient, .plans = spec.protocol.plans}));
    for (const ProtocolSettings& settings : matrix.settings)
      add_protocol(matrix, dataset, settings, spec, options, context);
  }
  if (matrix.jobs.empty() && matrix.predictions.empty()) {
    throw Error::usage(fmt::format("--only: no method of the spec is called '{}'", options.only),
                       "use a name or plugin of the spec");
  }
  return matrix;
}

void print_job_table(const Matrix& matrix) {
  fmt::print("{:<28} {:<24} {:>8} {:>4}  {:<12} {}\n", "data set", "method", "supports", "fold",
             "state", "folder");
  const auto print = [](const PreparedDataset& dataset, const std::string& method,
                        const ProtocolSettings& settings, int fold, JobState state,
                        const fs::path& folder) {
    const std::string supports =
        settings.supports > 0 ? fmt::format("{}", settings.supports) : "all";
    fmt::print("{:<28} {:<24} {:>8} {:>4}  {:<12} {}\n", dataset.raw.name, method, supports, fold,
               to_string(state), folder.string());
  };
  for (const PredictionsRun& run : matrix.predictions) {
    print(*run.dataset, run.entry->name, *run.settings, run.fold, predictions_state(run),
          run.folder.path);
  }
  for (const Job& job : matrix.jobs) {
    print(*job.dataset, job.setup->entry.name, *job.settings, job.fold, job_state(job),
          job.folder.path);
  }
}

struct Failure {
  Error::Kind kind;
  std::string job, what, hint;
};

// What went wrong with one job leaves the others their turn; an interrupt does not.
std::optional<Failure> try_job(const Job& job, const RunContext& context) {
  try {
    run_job(job, context);
    return {};
  } catch (const Error& error) {
    if (error.kind() == Error::Kind::interrupted) throw;
    return Failure{error.kind(), job.title(), error.what(), error.hint()};
  }
}

// Error (of the first one's kind) that names all failures, if there are any; what befell several
// jobs alike stands there once.
void require_none(const std::vector<Failure>& failures, std::size_t jobs) {
  if (failures.empty()) return;
  const Failure& first = failures.front();
  if (jobs == 1) throw Error(first.kind, fmt::format("{}: {}", first.job, first.what), first.hint);
  std::string text =
      fmt::format("{} of {} jobs failed, no tables are written:", failures.size(), jobs);
  for (auto one = failures.begin(); one != failures.end(); ++one) {
    const auto alike = [&](const Failure& other) {
      return other.what == one->what && other.hint == one->hint;
    };
    if (std::find_if(failures.begin(), one, alike) != one) continue;
    const auto more = std::count_if(one + 1, failures.end(), alike);
    text += fmt::format("\n  {}{}: {}", one->job, more > 0 ? fmt::format(" and {} more", more) : "",
                        one->what);
    if (!one->hint.empty()) text += fmt::format(" ({})", one->hint);
  }
  throw Error(first.kind, text,
              "start the same command again once that is mended: what is finished stays");
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
  for (const PredictionsRun& run : matrix.predictions) predictions_state(run);
  std::size_t number = 0;
  std::vector<fs::path> runs;
  std::vector<Failure> failures;
  // These first: they take no time, and what is wrong with their files is known before training.
  for (const PredictionsRun& run : matrix.predictions) {
    if (predictions_state(run) != JobState::finished) context.info("predictions: " + run.title());
    run_predictions(run, context);
    runs.push_back(run.folder.path);
  }
  for (const Job& job : matrix.jobs) {
    ++number;
    if (job_state(job) != JobState::finished)
      context.info(fmt::format("job {} of {}: {}", number, matrix.jobs.size(), job.title()));
    if (std::optional<Failure> failure = try_job(job, context)) {
      if (number < matrix.jobs.size())
        context.warn(fmt::format("{}: {}; the other jobs go on", failure->job, failure->what));
      failures.push_back(*std::move(failure));
      continue;
    }
    // A first stage has a protocol of its own and is no row of these tables.
    if (job.next_stage == nullptr) runs.push_back(job.folder.path);
  }
  require_none(failures, matrix.jobs.size());
  const fs::path output =
      options.output.empty() ? options.roots.results / "tables" / spec.name : options.output;
  remove_temporary_files(output, /*below=*/false);
  ReportOptions reports;
  reports.roots = options.roots;
  write_reports(require_finished_runs(runs, context), output, reports, context);
  write_file(output / "spec.toml", spec.text);
  return output;
}

}  // namespace voxarena
