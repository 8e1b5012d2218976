#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>

#include "benchmark/nnunet_training.h"
#include "cli/nnunet/commands.h"
#include "voxarena/core/error.h"

namespace voxarena::cli::nnunet {
namespace po = boost::program_options;
namespace {

void require_together(const CommandLine& line) {
  const auto refuse = [&](const char* one, const char* other, const char* hint) {
    if (line.has(one) && line.has(other))
      throw Error::usage(fmt::format("--{} and --{} do not go together", one, other), hint);
  };
  refuse("c", "val", "a finished training is validated with either of them");
  refuse("c", "pretrained_weights", "pretrained weights are for the beginning of a training");
  refuse("c", "disable_checkpointing", "there is nothing to go on from without checkpoints");
  refuse("val_best", "disable_checkpointing", "the best checkpoint is not kept");
}

}  // namespace

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
      "c", "go on from the checkpoint that is there; a finished training is validated")(
      "val", "validate only")("val_best",
                              "validate with the best checkpoint instead of the final one")(
      "pretrained_weights", po::value<std::string>(),
      "checkpoint of a network with the same plan: all but its segmentation layers")(
      "disable_checkpointing", "leave the validation only, no checkpoint")(
      "num_gpus", po::value<int>()->default_value(1), "one is used");
  add_device_option(line);
  if (!line.parse(arguments, context)) return 0;
  if (line.get<int>("num_gpus") != 1)
    throw Error::usage("-num_gpus: one GPU trains one fold", "start the folds side by side");
  require_together(line);
  set_device(line, context);
  const NnunetTrainingRequest request{.model = {.trainer = line.text("tr"),
                                                .plans = line.text("p"),
                                                .configuration = line.text("CONFIGURATION")},
                                      .fold = parse_fold(line.text("FOLD")),
                                      .probabilities = line.has("npz"),
                                      .validate_only = line.has("val"),
                                      .validate_best = line.has("val_best"),
                                      .resume = line.has("c"),
                                      .keep_checkpoints = !line.has("disable_checkpointing"),
                                      .pretrained = line.has("pretrained_weights")
                                                        ? line.text("pretrained_weights")
                                                        : std::string()};
  const ProtocolSettings settings = settings_of_trainer(request.model);
  const std::filesystem::path results = results_of(line.text("DATASET")).parent_path();
  const PreparedDataset dataset = plan_dataset(line.text("DATASET"), environment_roots(), context,
                                               {.plans = request.model.plans});
  fmt::print("{}\n", train_nnunet(dataset, results, request, settings, {}, context).string());
  return 0;
}

}  // namespace voxarena::cli::nnunet
