#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>

#include "benchmark/budgets.h"
#include "benchmark/cascade.h"
#include "benchmark/job.h"
#include "cli/command.h"
#include "cli/method_options.h"
#include "voxarena/core/error.h"

namespace voxarena::cli {
namespace po = boost::program_options;

int train(const std::vector<std::string>& arguments, RunContext& context) {
  ProtocolSettings settings;
  int fold = 0;
  CommandLine line("train", "DATASET METHOD [options]",
                   "voxarena train 4 plain_unet --fold 0 --budget cpu");
  line.positional("DATASET", "number, name or folder of a raw data set")
      .positional("METHOD", "name of a method, see 'voxarena methods'");
  line.with_roots().with_run_options().options()("fold,f", po::value(&fold)->default_value(0),
                                                 "fold of the cross-validation")(
      "configuration,c", po::value(&settings.configuration)->default_value(settings.configuration),
      "2d, 3d_fullres, 3d_lowres, or 3d_cascade_fullres, which trains all folds of 3d_lowres "
      "first")("plans,p", po::value(&settings.plans)->default_value(settings.plans),
               "name of the plans")("budget", po::value<std::string>()->default_value("nnunet"),
                                    "smoke, cpu or nnunet")(
      "iterations", po::value<std::int64_t>(), "optimiser steps instead of the budget's")(
      "mirror-axes", po::value<std::vector<int>>()->multitoken(),
      "axes of the patch that may be mirrored (default: all)")("seed", seed_value(settings.seed),
                                                               "another seed, another run")(
      "option", po::value<std::vector<std::string>>()->composing(),
      "NAME=VALUE, an option of the method")("plugins",
                                             po::value<std::vector<std::string>>()->composing(),
                                             "further plugin folder or library");
  if (!line.parse(arguments, context)) return 0;
  settings.budget = find_budget(line.text("budget"));
  if (line.has("iterations")) settings.budget.iterations = line.get<std::int64_t>("iterations");
  if (line.has("mirror-axes")) settings.mirror_axes = line.get<std::vector<int>>("mirror-axes");
  const Roots roots = line.roots();
  if (roots.results.empty()) {
    throw Error::usage("no folder for results is named",
                       "pass --results FOLDER or set the variable nnUNet_results");
  }
  Paths plugins;
  for (const std::string& path : line.texts("plugins")) plugins.emplace_back(path);

  const MethodEntry entry{.plugin = line.text("METHOD"),
                          .name = line.text("METHOD"),
                          .options = parse_method_options(line.texts("option")),
                          .where = "--option"};
  load_method(entry.plugin, plugins);  // an unknown method is named before the data set is read
  const PreparedDataset dataset =
      plan_dataset(line.text("DATASET"), roots, context, {.plans = settings.plans});
  const Protocol protocol = make_protocol(dataset, settings, context);
  const RunSetup setup = set_up_run(entry, dataset, settings, plugins);
  const auto first = set_up_first_stage(setup, dataset, settings, roots.results, plugins, context);
  const Job job{&dataset,
                &protocol,
                &settings,
                &setup,
                fold,
                run_folder(roots.results, dataset.raw.name, protocol.id, entry.folder(), fold),
                first ? &first->predictions : nullptr};
  const JobState state = job_state(job);
  if (state == JobState::trained || state == JobState::finished) {
    fmt::print("already trained: {}\n", job.folder.path.string());
    return 0;
  }
  if (first) {
    for (const Job& before : first->jobs) run_job(before, context);
  }
  train_job(job, context);
  fmt::print("trained: {}\n", job.folder.path.string());
  return 0;
}

}  // namespace voxarena::cli
