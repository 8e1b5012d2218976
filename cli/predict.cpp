#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>

#include "benchmark/trained_run.h"
#include "cli/command.h"
#include "inference/predictor.h"
#include "voxarena/core/progress.h"

namespace voxarena::cli {
namespace po = boost::program_options;

int predict(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("predict", "RUN INPUT OUTPUT [options]",
                   "voxarena predict results/Dataset004_Hippocampus/3f2a.../plain_unet/fold_0 "
                   "imagesTs predictions");
  line.positional("RUN", "folder of a trained fold (fold_<k>)")
      .positional("INPUT", "folder of images named as in imagesTr: {case}_0000.nii.gz")
      .positional("OUTPUT", "folder for the label files")
      .with_run_options();
  line.options()("continue", "keep label files that are there already")(
      "no-mirroring", "one pass instead of the mean over flips")(
      "step-size", po::value<double>(), "distance of windows in patches (default: the run's)")(
      "plugins", po::value<std::vector<std::string>>()->composing(),
      "further plugin folder or library");
  if (!line.parse(arguments, context)) return 0;
  Paths plugins;
  for (const std::string& path : line.texts("plugins")) plugins.emplace_back(path);
  const std::string input = line.text("INPUT"), output = line.text("OUTPUT");
  TrainedRun run = open_trained_run(line.text("RUN"), plugins, context);
  if (line.has("no-mirroring")) run.window.mirror_axes.clear();
  if (line.has("step-size")) run.window.step = line.get<double>("step-size");
  const std::vector<RawCase> cases = list_cases(input, run.file_ending, run.channels);
  Predictor predictor({run.model.get()}, run.plans, run.configuration(), run.labels, run.window);
  const PredictionSummary summary =
      predictor.predict_cases(cases, output, run.file_ending, line.has("continue"), context);
  fmt::print("{} cases predicted, {} kept, in {}; label files are in {}\n",
             summary.predicted.size(), summary.skipped.size(), format_duration(summary.seconds),
             output);
  return 0;
}

}  // namespace voxarena::cli
