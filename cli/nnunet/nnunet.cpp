#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <boost/program_options/value_semantic.hpp>

#include "cli/nnunet/commands.h"
#include "voxarena/core/error.h"
#include "voxarena/data/splits.h"
#include "voxarena/plugin/device.h"

namespace voxarena::cli {
namespace po = boost::program_options;
namespace {

constexpr std::array kCommands = {
    Command{"plan_and_preprocess", "fingerprint, plans and preprocessed cases",
            nnunet::plan_and_preprocess},
    Command{"extract_fingerprint", "the first part of it", nnunet::extract_fingerprint},
    Command{"plan_experiment", "the second part of it", nnunet::plan_experiment},
    Command{"preprocess", "the third part of it", nnunet::preprocess},
    Command{"train", "one fold of one configuration", nnunet::train},
    Command{"predict", "segment images with a trained model", nnunet::predict},
    Command{"predict_from_modelfolder", "the same, with the model's folder",
            nnunet::predict_from_modelfolder},
    Command{"ensemble", "mean of saved probabilities", nnunet::ensemble},
    Command{"find_best_configuration", "which configuration or ensemble is best",
            nnunet::find_best_configuration},
    Command{"accumulate_crossval_results", "the validation of all folds in one folder",
            nnunet::accumulate_crossval_results},
    Command{"determine_postprocessing", "which postprocessing improves predictions",
            nnunet::determine_postprocessing},
    Command{"apply_postprocessing", "postprocess a folder of predictions",
            nnunet::apply_postprocessing},
    Command{"evaluate_folder", "summary.json of predictions, labels of a dataset.json",
            nnunet::evaluate_folder},
    Command{"evaluate_simple", "the same for labels named here", nnunet::evaluate_simple},
    Command{"export_model_to_zip", "trained models to pass on", nnunet::export_model_to_zip},
    Command{"install_pretrained_model_from_zip", "the other way round",
            nnunet::install_pretrained_model_from_zip},
    Command{"convert_MSD_dataset", "a task of the Decathlon as a raw data set",
            nnunet::convert_msd_dataset},
};

void print_commands() {
  fmt::print("usage: voxarena nnunet COMMAND [options], as nnUNetv2_COMMAND\n\n");
  for (const Command& command : kCommands)
    fmt::print("  {:<35}{}\n", command.name, command.summary);
  fmt::print(
      "\nFolders come from nnUNet_raw, nnUNet_preprocessed and nnUNet_results. "
      "'voxarena nnunet COMMAND -h' explains each.\n");
}

}  // namespace

int nnunet_command(const std::vector<std::string>& arguments, RunContext& context) {
  if (arguments.empty() || arguments[0] == "-h" || arguments[0] == "--help") {
    print_commands();
    return arguments.empty() ? 2 : 0;
  }
  for (const Command& command : kCommands) {
    if (arguments[0] == command.name)
      return command.run({arguments.begin() + 1, arguments.end()}, context);
  }
  throw Error::usage(fmt::format("nnunet: unknown command '{}'", arguments[0]),
                     "'voxarena nnunet --help' lists the commands");
}

namespace nnunet {

Roots environment_roots() { return Roots::from("", "", ""); }

std::filesystem::path results_of(const std::string& dataset) {
  const Roots roots = environment_roots();
  if (roots.results.empty())
    throw Error::usage("nnUNet_results is not set", "export nnUNet_results=FOLDER");
  return roots.results / resolve_dataset_name(dataset, roots);
}

void add_threads_option(CommandLine& line, const char* name) {
  line.options()(name, po::value<std::vector<int>>()->multitoken(),
                 "threads (nnU-Net: processes); default: all cores");
}

void set_threads(const CommandLine& line, RunContext& context, const char* name) {
  if (!line.has(name)) return;
  int most = 0;
  for (const int threads : line.get<std::vector<int>>(name)) most = std::max(most, threads);
  context.threads = std::clamp(most, 1, context.threads);
}

void add_memory_option(CommandLine& line) {
  line.options()("memory", po::value<double>(),
                 "GiB of main memory to plan with (default: what is available)");
}

void add_device_option(CommandLine& line) {
  line.options()("device", po::value<std::string>(),
                 "cpu, cuda, cuda:1 (default: cuda where there is one)");
}

void set_device(const CommandLine& line, RunContext& context) {
  if (line.has("device")) {
    context.device = line.text("device");
    return;
  }
  context.device = default_device();
}

void add_folds_option(CommandLine& line, const char* help) {
  line.options()("f", po::value<std::vector<std::string>>()->multitoken(), help);
}

FoldNames folds_option(const CommandLine& line) {
  FoldNames folds = line.texts("f");
  if (folds.empty()) return {"0", "1", "2", "3", "4"};
  for (const std::string& fold : folds) parse_fold(fold);
  return folds;
}

}  // namespace nnunet
}  // namespace voxarena::cli
