#include "benchmark/nnunet_export.h"

#include <fmt/core.h>

#include <array>
#include <nlohmann/json.hpp>

#include "benchmark/nnunet_layout.h"
#include "benchmark/run_folder.h"
#include "benchmark/trained_run.h"
#include "training/nnunet_checkpoint.h"
#include "training/trainer.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/data/splits.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

struct CheckpointFile {
  fs::path from;
  const char* to;
};

// Those that the run has, the most finished first.
std::vector<CheckpointFile> checkpoints_of(const fs::path& fold) {
  const std::array<CheckpointFile, 3> all{{{final_checkpoint(fold), "checkpoint_final.pth"},
                                           {latest_checkpoint(fold), "checkpoint_latest.pth"},
                                           {best_checkpoint(fold), "checkpoint_best.pth"}}};
  std::vector<CheckpointFile> found;
  for (const CheckpointFile& file : all) {
    if (fs::exists(file.from)) found.push_back(file);
  }
  if (!found.empty()) return found;
  throw Error::input(fmt::format("{}: holds no checkpoint", fold.string()),
                     "name folders RESULTS/<data set>/<protocol>/<method>/fold_<k>");
}

void require_network(const TrainedRun& run, const fs::path& fold) {
  const std::string& method = run.method.description().name;
  if (method == "plain_unet" || method == "resenc_unet") return;
  throw Error::input(
      fmt::format("{}: nnU-Net does not have the network of '{}'", fold.string(), method),
      "runs of plain_unet and resenc_unet can be exported");
}

// The same for all folds, or they are not one model.
void write_description(const fs::path& file, const Json& json, bool first, const fs::path& fold) {
  if (!first && fs::exists(file) && read_json(file) != json) {
    throw Error::input(fmt::format("{}: differs in {} from the other folds", fold.string(),
                                   file.filename().string()),
                       "export runs of one method, data set and protocol");
  }
  write_json(file, json);
}

NnunetTraining training_of(const TrainedRun& run, const Json& manifest, const Json& dataset,
                           const NnunetExport& options) {
  NnunetTraining training;
  training.trainer = options.trainer;
  training.configuration = run.configuration().name;
  training.fold = fold_name(manifest.at("fold").get<int>());
  training.mirror_axes = run.window.mirror_axes;
  training.plans = to_json(run.plans);
  training.dataset = dataset;
  training.recipe = run.models.front()->recipe();
  training.parameters = parameter_names(run.models.front()->module());
  return training;
}

}  // namespace

void export_nnunet(const std::vector<fs::path>& fold_folders, const fs::path& folder,
                   const NnunetExport& options, const Paths& plugin_paths,
                   const RunContext& context) {
  bool first = true;
  for (const fs::path& given : fold_folders) {
    const fs::path fold = fs::absolute(given).lexically_normal();
    const std::vector<CheckpointFile> files = checkpoints_of(fold);
    TrainedRun run = open_trained_run(fold, files.front().from, plugin_paths, context);
    require_network(run, fold);
    if (!options.plans_name.empty()) run.plans.plans_name = options.plans_name;
    const Json dataset = read_json(fold.parent_path() / "dataset.json");
    NnunetTraining training = training_of(run, read_manifest({fold}), dataset, options);
    write_description(folder / "plans.json", training.plans, first, fold);
    write_description(folder / "dataset.json", dataset, first, fold);
    for (const CheckpointFile& file : files) {
      const Checkpoint checkpoint = read_checkpoint(file.from);
      training.log = read_training_log(fold / "log.jsonl", checkpoint.epoch);
      write_nnunet_checkpoint(fold_folder(folder, training.fold) / file.to, checkpoint, training);
    }
    first = false;
  }
  if (!options.fingerprint.empty() && fs::exists(options.fingerprint))
    write_file(folder / "dataset_fingerprint.json", read_file(options.fingerprint));
}

}  // namespace voxarena
