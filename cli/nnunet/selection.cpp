#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "benchmark/best_configuration.h"
#include "cli/nnunet/commands.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena::cli::nnunet {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

// gt_segmentations of the preprocessed folder, else labelsTr.
fs::path references_of(const std::string& dataset) {
  const Roots roots = environment_roots();
  const std::string name = resolve_dataset_name(dataset, roots);
  for (const fs::path& folder :
       {roots.preprocessed / name / "gt_segmentations", roots.raw / name / "labelsTr"}) {
    if (fs::is_directory(folder)) return folder;
  }
  throw Error::input(fmt::format("{}: its references are not there", name),
                     "set nnUNet_raw or nnUNet_preprocessed to where the data set is");
}

// A configuration that the plans do not have is left out: not every data set has all four.
std::vector<NnunetModelName> models_option(const CommandLine& line, const std::string& dataset,
                                           const RunContext& context) {
  std::vector<std::string> configurations = line.texts("c");
  const bool all = configurations.empty();
  if (all) configurations = {"2d", "3d_fullres", "3d_lowres", "3d_cascade_fullres"};
  std::vector<NnunetModelName> models;
  for (const std::string& trainer : line.texts("tr")) {
    for (const std::string& configuration : configurations) {
      for (const std::string& plans : line.texts("p")) {
        const NnunetModelName model{trainer, plans, configuration};
        const fs::path file = environment_roots().preprocessed / dataset / (plans + ".json");
        const Json planned = read_json(file).value("configurations", Json::object());
        if (planned.contains(configuration)) {
          models.push_back(model);
        } else if (!all) {
          context.warn(
              fmt::format("{}: has no configuration {}: left out", file.string(), configuration));
        }
      }
    }
  }
  return models;
}

struct Description {
  Labels labels;
  std::string file_ending;
};

// dataset.json as the option says, else in the folder of the predictions.
Description read_description(const CommandLine& line, const fs::path& predictions) {
  const fs::path file =
      line.has("dataset_json") ? fs::path(line.text("dataset_json")) : predictions / "dataset.json";
  const Json dataset = read_json(file);
  return {Labels::from_dataset_json(dataset, file.string()),
          dataset.value("file_ending", ".nii.gz")};
}

void add_description_options(CommandLine& line) {
  line.options()("plans_json", po::value<std::string>(), "is not needed here")(
      "dataset_json", po::value<std::string>(), "default: the one in the folder of -i");
}

void print_search(const PostprocessingSearch& found) {
  if (found.chosen.empty()) fmt::print("no postprocessing improves the predictions\n");
  for (const KeepLargest& step : found.chosen) {
    fmt::print("the largest component only of label(s)");
    for (const int label : step.labels) fmt::print(" {}", label);
    fmt::print("\n");
  }
}

}  // namespace

int find_best_configuration(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet find_best_configuration", "DATASET [options]",
                   "voxarena nnunet find_best_configuration 4 -c 2d 3d_fullres");
  line.with_single_dashes().positional("DATASET", "number or name of the data set");
  const auto list = [] { return po::value<std::vector<std::string>>()->multitoken(); };
  line.options()("p", list()->default_value({"nnUNetPlans"}, "nnUNetPlans"), "names of plans")(
      "c", list(), "configurations (default: all four that are planned)")(
      "tr", list()->default_value({"nnUNetTrainer"}, "nnUNetTrainer"), "trainers")(
      "disable_ensembling", "single configurations only")(
      "no_overwrite", "keep collected and ensembled files that are there");
  add_folds_option(line, "folds (default: 0 1 2 3 4)");
  add_threads_option(line);
  if (!line.parse(arguments, context)) return 0;
  set_threads(line, context);
  const fs::path results = results_of(line.text("DATASET"));
  const std::string dataset = results.filename().string();
  // Images are needed only where probabilities were not saved.
  std::optional<RawDataset> raw;
  const Roots roots = environment_roots();
  if (fs::exists(roots.raw / dataset / "dataset.json")) raw = open_raw_dataset(dataset, roots);
  const BestConfigurationRequest request{.results = results,
                                         .references = references_of(dataset),
                                         .models = models_option(line, dataset, context),
                                         .folds = folds_option(line),
                                         .ensembles = !line.has("disable_ensembling"),
                                         .dataset = raw ? &*raw : nullptr,
                                         .overwrite = !line.has("no_overwrite")};
  const BestConfiguration found = voxarena::find_best_configuration(request, context);
  fmt::print("***All results:***\n");
  for (const Candidate& one : found.candidates) fmt::print("{}: {}\n", one.name, one.dice);
  const Candidate& best = found.candidates[found.best];
  fmt::print("\n*Best*: {}: {}\n\n", best.name, best.dice);
  print_search(found.postprocessing);
  const std::string instructions = inference_instructions(found, request, dataset);
  fmt::print("\n{}", instructions);
  write_json(results / "inference_information.json",
             inference_information(found, request, dataset));
  write_file(results / "inference_instructions.txt", instructions);
  return 0;
}

int accumulate_crossval_results(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet accumulate_crossval_results", "DATASET -c CONFIGURATION [options]",
                   "voxarena nnunet accumulate_crossval_results 4 -c 3d_fullres");
  line.with_single_dashes().positional("DATASET", "number or name of the data set");
  line.options()("c", po::value<std::string>()->default_value("3d_fullres"), "configuration")(
      "o", po::value<std::string>(), "folder; default: crossval_results_folds_... of the model")(
      "p", po::value<std::string>()->default_value("nnUNetPlans"), "name of the plans")(
      "tr", po::value<std::string>()->default_value("nnUNetTrainer"), "trainer");
  add_folds_option(line, "folds (default: 0 1 2 3 4)");
  if (!line.parse(arguments, context)) return 0;
  const fs::path results = results_of(line.text("DATASET"));
  const NnunetModelName name{line.text("tr"), line.text("p"), line.text("c")};
  const FoldNames folds = folds_option(line);
  const fs::path model = results / name.folder();
  const fs::path output = line.has("o") ? fs::path(line.text("o")) : crossval_folder(model, folds);
  if (line.has("o") && fs::exists(output) && !fs::is_empty(output)) {
    throw Error::input(fmt::format("{}: is not empty", output.string()),
                       "name an empty folder: nothing of yours is overwritten");
  }
  accumulate_folds(model, folds, output, references_of(results.filename().string()),
                   /*overwrite=*/true, context);
  fmt::print("{}\n", output.string());
  return 0;
}

int determine_postprocessing(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet determine_postprocessing", "-i PREDICTIONS -ref REFERENCES [options]",
                   "voxarena nnunet determine_postprocessing -i crossval_results_folds_0_1_2_3_4 "
                   "-ref nnUNet_raw/Dataset004_Hippocampus/labelsTr");
  line.with_single_dashes();
  line.options()("i", po::value<std::string>(), "folder of predictions")(
      "ref", po::value<std::string>(), "folder of references")(
      "remove_postprocessed", "do not keep the postprocessed label files");
  add_description_options(line);
  add_threads_option(line);
  if (!line.parse(arguments, context)) return 0;
  set_threads(line, context);
  const fs::path input = line.text("i"), references = line.text("ref");
  const Description description = read_description(line, input);
  print_search(voxarena::determine_postprocessing(references, input, description.file_ending,
                                                  description.labels, context));
  if (line.has("remove_postprocessed")) fs::remove_all(input / "postprocessed");
  fmt::print("{}\n", (input / "postprocessing.pkl").string());
  return 0;
}

int apply_postprocessing(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet apply_postprocessing", "-i INPUT -o OUTPUT -pp_pkl_file FILE [options]",
                   "voxarena nnunet apply_postprocessing -i predictions -o predictions_pp "
                   "-pp_pkl_file postprocessing.pkl");
  line.with_single_dashes();
  line.options()("i", po::value<std::string>(), "folder of predictions")(
      "o", po::value<std::string>(), "folder for the postprocessed ones")(
      "pp_pkl_file", po::value<std::string>(), "postprocessing.pkl, or .json");
  add_description_options(line);
  add_threads_option(line);
  if (!line.parse(arguments, context)) return 0;
  set_threads(line, context);
  const Postprocessing steps = read_postprocessing(line.text("pp_pkl_file"));
  const fs::path input = line.text("i"), output = line.text("o");
  postprocess_folder(input, output, read_description(line, input).file_ending, steps, context);
  fmt::print("{}\n", output.string());
  return 0;
}

}  // namespace voxarena::cli::nnunet
