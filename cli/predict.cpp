#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>

#include "benchmark/nnunet_model.h"
#include "cli/command.h"
#include "inference/predictor.h"
#include "voxarena/core/progress.h"

namespace voxarena::cli {
namespace po = boost::program_options;
namespace {

TrainedRun open_run(const CommandLine& line, const Paths& plugins, const RunContext& context) {
  const std::string path = line.text("RUN");
  if (!is_nnunet_model(path)) return open_trained_run(path, plugins, context);
  NnunetModelRequest request{.folds = line.texts("folds"), .checkpoint = line.text("checkpoint")};
  if (line.has("configuration")) request.configuration = line.text("configuration");
  return open_nnunet_model(path, request, plugins, context);
}

}  // namespace

int predict(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("predict", "RUN INPUT OUTPUT [options]",
                   "voxarena predict results/Dataset004_Hippocampus/3f2a.../plain_unet/fold_0 "
                   "imagesTs predictions");
  line.positional("RUN",
                  "folder of a trained fold (fold_<k>), or nnU-Net's model folder or zip archive")
      .positional("INPUT", "folder of images named as in imagesTr: {case}_0000.nii.gz")
      .positional("OUTPUT", "folder for the label files")
      .with_run_options();
  line.options()("previous-stage", po::value<std::string>(),
                 "a cascade: folder of the label files that its first stage predicted")(
      "continue", "keep label files that are there already")(
      "save-probabilities", "write {case}.npz and {case}.pkl too, for 'voxarena nnunet ensemble'")(
      "no-mirroring", "one pass instead of the mean over flips")(
      "step-size", po::value<double>(), "distance of windows in patches (default: the run's)")(
      "folds", po::value<std::vector<std::string>>()->multitoken(),
      "of a model of nnU-Net: averaged (default: all numbered ones)")(
      "checkpoint", po::value<std::string>()->default_value("checkpoint_final.pth"),
      "of a model of nnU-Net: name of the file in each fold")(
      "configuration,c", po::value<std::string>(),
      "of a zip archive with several models: 2d, 3d_fullres, ...")(
      "plugins", po::value<std::vector<std::string>>()->composing(),
      "further plugin folder or library");
  if (!line.parse(arguments, context)) return 0;
  Paths plugins;
  for (const std::string& path : line.texts("plugins")) plugins.emplace_back(path);
  const std::string input = line.text("INPUT"), output = line.text("OUTPUT");
  TrainedRun run = open_run(line, plugins, context);
  if (line.has("no-mirroring")) run.window.mirror_axes.clear();
  if (line.has("step-size")) run.window.step = line.get<double>("step-size");
  const std::vector<RawCase> cases = list_cases(input, run.file_ending, run.channels);
  std::vector<Model*> models;
  for (const auto& model : run.models) models.push_back(model.get());
  Predictor predictor(models, run.plans, run.configuration(), run.labels, run.window);
  const PredictionSummary summary = predictor.predict_cases(
      cases,
      {.folder = output,
       .file_ending = run.file_ending,
       .resume = line.has("continue"),
       .probabilities = line.has("save-probabilities")},
      context, line.has("previous-stage") ? line.text("previous-stage") : std::string());
  fmt::print("{} cases predicted, {} kept, in {}; label files are in {}\n",
             summary.predicted.size(), summary.skipped.size(), format_duration(summary.seconds),
             output);
  return 0;
}

}  // namespace voxarena::cli
