#include <fmt/core.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>

#include "benchmark/prepared_dataset.h"
#include "cli/nnunet/commands.h"
#include "preprocessing/case_preprocessor.h"
#include "voxarena/core/error.h"

namespace voxarena::cli::nnunet {
namespace po = boost::program_options;
namespace {

void add_dataset_option(CommandLine& line) {
  line.options()("d", po::value<std::vector<std::string>>()->multitoken(),
                 "numbers or names of raw data sets");
}

std::vector<std::string> datasets_option(const CommandLine& line) {
  const std::vector<std::string> datasets = line.texts("d");
  if (datasets.empty()) throw Error::usage("-d is missing", "name data sets: -d 4 27");
  return datasets;
}

void add_fingerprint_options(CommandLine& line) {
  line.options()("fpe", po::value<std::string>()->default_value("DatasetFingerprintExtractor"),
                 "class of the extractor; there is no other")("verify_dataset_integrity",
                                                              "open and check every file first")(
      "clean", "extract the fingerprint anew even if the data did not change")(
      "verbose", "has no effect here: progress is always shown")("no_pbar", "no progress");
}

void add_planner_options(CommandLine& line) {
  line.options()("pl", po::value<std::string>()->default_value("ExperimentPlanner"),
                 "ExperimentPlanner, ResEncUNetPlanner, nnUNetPlannerResEncM, -L or -XL")(
      "gpu_memory_target", po::value<double>(), "GB to plan for, instead of the planner's own")(
      "preprocessor_name", po::value<std::string>()->default_value("DefaultPreprocessor"),
      "there is no other")("overwrite_target_spacing",
                           po::value<std::vector<double>>()->multitoken(),
                           "z y x in mm, of 3d_fullres; give the plans another name too")(
      "overwrite_plans_name", po::value<std::string>(), "name of the plans");
}

void add_preprocessing_options(CommandLine& line) {
  line.options()("c", po::value<std::vector<std::string>>()->multitoken(),
                 "configurations (default: 2d 3d_fullres 3d_lowres, those that are planned)");
  add_threads_option(line);
}

void require_only(const CommandLine& line, const char* option, const std::string& known) {
  if (!line.has(option) || line.text(option) == known) return;
  throw Error::usage(fmt::format("-{}: there is no '{}'", option, line.text(option)),
                     fmt::format("{} is the only one", known));
}

PlannerSettings planner_option(const CommandLine& line) {
  require_only(line, "preprocessor_name", "DefaultPreprocessor");
  PlannerSettings settings = planner_settings(line.text("pl"));
  if (line.has("gpu_memory_target")) settings.memory = line.get<double>("gpu_memory_target");
  if (line.has("overwrite_target_spacing")) {
    const auto& spacing = line.get<std::vector<double>>("overwrite_target_spacing");
    if (spacing.size() != 3)
      throw Error::usage("-overwrite_target_spacing: needs three numbers", "for example 1 0.8 0.8");
    settings.target_spacing = {spacing[0], spacing[1], spacing[2]};
  }
  if (line.has("overwrite_plans_name")) settings.plans_name = line.text("overwrite_plans_name");
  return settings;
}

PreparedDataset plan_one(const std::string& name, const CommandLine& line, bool with_planner,
                         const RunContext& context) {
  const Roots roots = environment_roots();
  if (line.has("verify_dataset_integrity")) verify_dataset(open_raw_dataset(name, roots), context);
  PlanRequest request{.again = line.has("clean")};
  if (with_planner) request.planner = planner_option(line);
  return plan_dataset(name, roots, context, request);
}

void preprocess_one(const PreparedDataset& dataset, const CommandLine& line,
                    const RunContext& context) {
  std::vector<std::string> names = line.texts("c");
  const bool all = names.empty();
  if (all) names = {"2d", "3d_fullres", "3d_lowres"};
  for (const std::string& name : names) {
    const auto& planned = dataset.plans.configurations;
    if (std::ranges::find(planned, name, &Configuration::name) == planned.end()) {
      if (!all)
        context.warn(fmt::format("{}: configuration {} is not in plans {}: left out",
                                 dataset.raw.name, name, dataset.plans.plans_name));
      continue;
    }
    const CaseStore store = preprocess_dataset(
        dataset.raw, dataset.plans, dataset.plans.configuration(name), dataset.folder, context);
    fmt::print("{}, {}: {} cases in {}\n", dataset.raw.name, name, store.cases().size(),
               store.folder().string());
  }
}

}  // namespace

int extract_fingerprint(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet extract_fingerprint", "-d DATASET... [options]",
                   "voxarena nnunet extract_fingerprint -d 4 --verify_dataset_integrity");
  line.with_single_dashes();
  add_dataset_option(line);
  add_fingerprint_options(line);
  add_threads_option(line);
  add_threads_option(line, "npfp");
  add_memory_option(line);
  if (!line.parse(arguments, context)) return 0;
  require_only(line, "fpe", "DatasetFingerprintExtractor");
  context.quiet = line.has("no_pbar");
  set_threads(line, context, line.has("np") ? "np" : "npfp");
  for (const std::string& name : datasets_option(line)) {
    const PreparedDataset dataset = plan_one(name, line, false, context);
    fmt::print("{}\n", (dataset.folder / "dataset_fingerprint.json").string());
  }
  return 0;
}

int plan_experiment(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet plan_experiment", "-d DATASET... [options]",
                   "voxarena nnunet plan_experiment -d 4 -pl nnUNetPlannerResEncM");
  line.with_single_dashes();
  add_dataset_option(line);
  add_planner_options(line);
  if (!line.parse(arguments, context)) return 0;
  for (const std::string& name : datasets_option(line)) {
    const PreparedDataset dataset = plan_one(name, line, true, context);
    fmt::print("{}\n", (dataset.folder / (dataset.plans.plans_name + ".json")).string());
  }
  return 0;
}

int preprocess(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet preprocess", "-d DATASET... [options]",
                   "voxarena nnunet preprocess -d 4 -c 3d_fullres");
  line.with_single_dashes();
  add_dataset_option(line);
  line.options()("plans_name", po::value<std::string>()->default_value("nnUNetPlans"),
                 "name of the plans")("verbose", "has no effect here")("no_pbar", "no progress");
  add_preprocessing_options(line);
  add_memory_option(line);
  if (!line.parse(arguments, context)) return 0;
  context.quiet = line.has("no_pbar");
  set_threads(line, context);
  for (const std::string& name : datasets_option(line)) {
    preprocess_one(
        plan_dataset(name, environment_roots(), context, {.plans = line.text("plans_name")}), line,
        context);
  }
  return 0;
}

int plan_and_preprocess(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet plan_and_preprocess", "-d DATASET... [options]",
                   "voxarena nnunet plan_and_preprocess -d 4 --verify_dataset_integrity");
  line.with_single_dashes();
  add_dataset_option(line);
  add_fingerprint_options(line);
  add_planner_options(line);
  line.options()("no_pp", "plan only");
  add_threads_option(line, "npfp");
  add_preprocessing_options(line);
  add_memory_option(line);
  if (!line.parse(arguments, context)) return 0;
  require_only(line, "fpe", "DatasetFingerprintExtractor");
  context.quiet = line.has("no_pbar");
  set_threads(line, context);
  for (const std::string& name : datasets_option(line)) {
    const PreparedDataset dataset = plan_one(name, line, true, context);
    fmt::print("{}\n", (dataset.folder / (dataset.plans.plans_name + ".json")).string());
    if (!line.has("no_pp")) preprocess_one(dataset, line, context);
  }
  return 0;
}

}  // namespace voxarena::cli::nnunet
