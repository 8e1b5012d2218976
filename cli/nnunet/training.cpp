#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>

#include "benchmark/nnunet_training.h"
#include "cli/nnunet/commands.h"
#include "voxarena/core/error.h"

namespace voxarena::cli::nnunet {
namespace po = boost::program_options;

int train(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet train", "DATASET CONFIGURATION FOLD [options]",
                   "voxarena nnunet train 4 3d_fullres 0 --npz");
  line.with_single_dashes()
      .positional("DATASET", "number or name of a raw data set")
      .positional("CONFIGURATION", "2d, 3d_fullres, 3d_lowres, 3d_cascade_fullres")
      .positional("FOLD", "0, 1, 2, 3, 4 or all");
  line.options()("tr", po::value<std::string>()->default_value("nnUNetTrainer"),
                 "nnUNetTrainer, nnUNetTrainer_<n>epochs, nnUNetTrainerNoMirroring, "
                 "nnUNetTrainerNoDA")("p", po::value<std::string>()->default_value("nnUNetPlans"),
                                      "name of the plans")(
      "npz", "save the probabilities of the validation, for ensembles")(
      "c", "go on with an interrupted training")("val", "validate only")(
      "val_best", "validate with the best checkpoint instead of the final one")(
      "num_gpus", po::value<int>()->default_value(1), "one is used");
  add_device_option(line);
  if (!line.parse(arguments, context)) return 0;
  if (line.get<int>("num_gpus") != 1)
    throw Error::usage("-num_gpus: one GPU trains one fold", "start the folds side by side");
  set_device(line, context);
  const NnunetTrainingRequest request{.model = {.trainer = line.text("tr"),
                                                .plans = line.text("p"),
                                                .configuration = line.text("CONFIGURATION")},
                                      .fold = parse_fold(line.text("FOLD")),
                                      .probabilities = line.has("npz"),
                                      .validate_only = line.has("val"),
                                      .validate_best = line.has("val_best"),
                                      .fresh = !line.has("c")};
  const ProtocolSettings settings = settings_of_trainer(request.model);
  const std::filesystem::path results = results_of(line.text("DATASET")).parent_path();
  const PreparedDataset dataset = plan_dataset(line.text("DATASET"), environment_roots(), context,
                                               {.plans = request.model.plans});
  fmt::print("{}\n", train_nnunet(dataset, results, request, settings, {}, context).string());
  return 0;
}

}  // namespace voxarena::cli::nnunet
