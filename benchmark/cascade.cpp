#include "benchmark/cascade.h"

#include <fmt/core.h>

#include "benchmark/fold_evaluation.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

PreviousStageFiles files_by_case(const PreparedDataset& dataset, const std::vector<Job>& jobs) {
  PreviousStageFiles files;
  for (const Job& job : jobs) {
    for (const std::string& id : fold_split(dataset, job.fold).val)
      files.emplace(id, next_stage_file(job, id));
  }
  for (const RawCase& raw : dataset.raw.cases) {
    if (files.contains(raw.id)) continue;
    throw Error::input(
        fmt::format("{}: no fold validates case {}: a cascade needs a prediction of it",
                    (dataset.folder / "splits_final.json").string(), raw.id),
        "let every case be in the validation set of one fold");
  }
  return files;
}

}  // namespace

std::unique_ptr<FirstStage> set_up_first_stage(
    const RunSetup& second, const PreparedDataset& dataset, const ProtocolSettings& settings,
    const std::filesystem::path& results, const Paths& plugin_paths, const RunContext& context) {
  const Configuration& configuration = second.plan.configuration;
  if (configuration.previous_stage.empty()) return nullptr;
  ProtocolSettings before = settings;
  before.configuration = configuration.previous_stage;
  if (!dataset.plans.configuration(before.configuration).previous_stage.empty()) {
    throw Error::input(
        fmt::format("plans: {}, the previous stage of {}, has a previous stage itself",
                    before.configuration, configuration.name),
        "cascades have two stages");
  }
  auto first = std::make_unique<FirstStage>(
      FirstStage{.settings = before,
                 .protocol = make_protocol(dataset, before, context),
                 .setup = set_up_run(second.entry, dataset, before, plugin_paths),
                 .jobs = {},
                 .predictions = {}});
  for (int fold = 0; fold < std::ssize(dataset.splits); ++fold) {
    first->jobs.push_back({.dataset = &dataset,
                           .protocol = &first->protocol,
                           .settings = &first->settings,
                           .setup = &first->setup,
                           .fold = fold,
                           .folder = run_folder(results, dataset.raw.name, first->protocol.id,
                                                second.entry.folder(), fold),
                           .next_stage = &second});
  }
  first->predictions = files_by_case(dataset, first->jobs);
  return first;
}

}  // namespace voxarena
