#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "benchmark/nnunet_model.h"
#include "cli/nnunet/commands.h"
#include "inference/ensemble.h"
#include "inference/predictor.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"
#include "voxarena/core/progress.h"

namespace voxarena::cli::nnunet {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

void add_prediction_options(CommandLine& line) {
  line.options()("i", po::value<std::string>(), "folder of images {case}_0000.nii.gz")(
      "o", po::value<std::string>(), "folder for the label files")(
      "step_size", po::value<double>()->default_value(0.5), "distance of windows in patches")(
      "disable_tta", "no mirroring")("verbose", "has no effect here")(
      "save_probabilities", "{case}.npz and {case}.pkl too, for ensembles")(
      "continue_prediction", "keep label files that are there already")(
      "chk", po::value<std::string>()->default_value("checkpoint_final.pth"), "checkpoint")(
      "npp", po::value<int>(), "has no effect here: threads are shared")(
      "nps", po::value<int>(), "has no effect here: threads are shared")(
      "num_parts", po::value<int>()->default_value(1), "split the cases over so many commands")(
      "part_id", po::value<int>()->default_value(0), "which of them this command is")(
      "prev_stage_predictions", po::value<std::string>(),
      "a cascade: folder of the label files of its previous stage")(
      "disable_progress_bar", "no progress")("not_on_device", "has no effect here");
  add_folds_option(line, "folds to average (default: all numbered ones that are there)");
  add_device_option(line);
  add_memory_option(line);
}

// Every num_parts-th case, as nnU-Net.
std::vector<RawCase> own_part(std::vector<RawCase> cases, int part, int parts) {
  if (parts < 1 || part < 0 || part >= parts)
    throw Error::usage("-part_id: must be between 0 and num_parts - 1", "-num_parts 4 -part_id 0");
  std::vector<RawCase> own;
  for (std::size_t i = static_cast<std::size_t>(part); i < cases.size();
       i += static_cast<std::size_t>(parts))
    own.push_back(std::move(cases[i]));
  return own;
}

// As nnU-Net leaves them beside the predictions, under its names.
void write_arguments(const CommandLine& line, bool resume, const fs::path& output) {
  const Json previous =
      line.has("prev_stage_predictions") ? Json(line.text("prev_stage_predictions")) : Json();
  write_json(output / "predict_from_raw_data_args.json",
             {{"list_of_lists_or_source_folder", line.text("i")},
              {"output_folder_or_list_of_truncated_output_files", output.string()},
              {"save_probabilities", line.has("save_probabilities")},
              {"overwrite", !resume},
              {"folder_with_segs_from_prev_stage", previous},
              {"num_parts", line.get<int>("num_parts")},
              {"part_id", line.get<int>("part_id")}});
}

int predict_with(const fs::path& model, const CommandLine& line, bool resume, RunContext& context) {
  context.quiet = line.has("disable_progress_bar");
  set_device(line, context);
  TrainedRun run = open_nnunet_model(
      model, {.folds = line.texts("f"), .checkpoint = line.text("chk")}, {}, context);
  if (line.has("disable_tta")) run.window.mirror_axes.clear();
  run.window.step = line.get<double>("step_size");
  const std::vector<RawCase> cases =
      own_part(list_cases(line.text("i"), run.file_ending, run.channels), line.get<int>("part_id"),
               line.get<int>("num_parts"));
  std::vector<Model*> models;
  for (const auto& one : run.models) models.push_back(one.get());
  Predictor predictor(models, run.plans, run.configuration(), run.labels, run.window);
  const fs::path output = line.text("o");
  copy_model_description(model, output);
  write_arguments(line, resume, output);
  const PredictionSummary summary = predictor.predict_cases(
      cases,
      {.folder = output,
       .file_ending = run.file_ending,
       .resume = resume,
       .probabilities = line.has("save_probabilities")},
      context,
      line.has("prev_stage_predictions") ? line.text("prev_stage_predictions") : std::string());
  fmt::print("{} cases predicted, {} kept, in {}; label files are in {}\n",
             summary.predicted.size(), summary.skipped.size(), format_duration(summary.seconds),
             output.string());
  return 0;
}

}  // namespace

int predict(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet predict", "-i INPUT -o OUTPUT -d DATASET -c CONFIGURATION [options]",
                   "voxarena nnunet predict -i imagesTs -o predictions -d 4 -c 3d_fullres");
  line.with_single_dashes();
  line.options()("d", po::value<std::string>(), "number or name of the data set")(
      "p", po::value<std::string>()->default_value("nnUNetPlans"), "name of the plans")(
      "tr", po::value<std::string>()->default_value("nnUNetTrainer"), "trainer")(
      "c", po::value<std::string>(), "2d, 3d_fullres, 3d_lowres, 3d_cascade_fullres");
  add_prediction_options(line);
  if (!line.parse(arguments, context)) return 0;
  const NnunetModelName name{
      .trainer = line.text("tr"), .plans = line.text("p"), .configuration = line.text("c")};
  const fs::path model = results_of(line.text("d")) / name.folder();
  if (!fs::is_directory(model)) {
    throw Error::input(fmt::format("{}: is not there", model.string()),
                       "train it first, or name the model with -c, -p and -tr");
  }
  return predict_with(model, line, line.has("continue_prediction"), context);
}

int predict_from_modelfolder(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet predict_from_modelfolder", "-i INPUT -o OUTPUT -m MODEL [options]",
                   "voxarena nnunet predict_from_modelfolder -i imagesTs -o predictions -m "
                   "nnUNet_results/Dataset004_Hippocampus/nnUNetTrainer__nnUNetPlans__3d_fullres");
  line.with_single_dashes();
  line.options()("m", po::value<std::string>(), "folder Trainer__Plans__Configuration")(
      "c", "the same as --continue_prediction");
  add_prediction_options(line);
  if (!line.parse(arguments, context)) return 0;
  return predict_with(line.text("m"), line, line.has("continue_prediction") || line.has("c"),
                      context);
}

int ensemble(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet ensemble", "-i FOLDER FOLDER... -o OUTPUT [options]",
                   "voxarena nnunet ensemble -i predictions_2d predictions_3d -o predictions");
  line.with_single_dashes();
  line.options()("i", po::value<std::vector<std::string>>()->multitoken(),
                 "folders of predictions with saved probabilities")(
      "o", po::value<std::string>(), "folder for the label files")("save_npz",
                                                                   "the mean probabilities too");
  add_threads_option(line);
  if (!line.parse(arguments, context)) return 0;
  set_threads(line, context);
  std::vector<fs::path> folders;
  for (const std::string& folder : line.texts("i")) folders.emplace_back(folder);
  if (folders.empty()) throw Error::usage("-i is missing", "name at least two folders");
  const fs::path dataset_file = folders.front() / "dataset.json", output = line.text("o");
  const Json dataset = read_json(dataset_file);
  const std::vector<EnsembleCase> cases = list_ensemble_cases(folders);
  copy_model_description(folders.front(), output);
  write_ensemble(cases, Labels::from_dataset_json(dataset, dataset_file.string()),
                 {.folder = output,
                  .file_ending = dataset.value("file_ending", ".nii.gz"),
                  .probabilities = line.has("save_npz")},
                 context);
  fmt::print("{} cases in {}\n", cases.size(), output.string());
  return 0;
}

}  // namespace voxarena::cli::nnunet
