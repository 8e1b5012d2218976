#include "benchmark/trained_run.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "benchmark/pretrained_weights.h"
#include "benchmark/run_folder.h"
#include "training/checkpoint.h"
#include "training/trainer.h"
#include "voxarena/core/error.h"
#include "voxarena/data/raw_dataset.h"
#include "voxarena/plan/input_channels.h"
#include "voxarena/plugin/device.h"

namespace voxarena {
namespace fs = std::filesystem;

TrainedRun open_trained_run(const fs::path& fold_folder, const Paths& plugin_paths,
                            const RunContext& context) {
  return open_trained_run(fold_folder, final_checkpoint(fold_folder), plugin_paths, context);
}

TrainedRun open_trained_run(const fs::path& fold_folder, const fs::path& checkpoint,
                            const Paths& plugin_paths, const RunContext& context) {
  const RunFolder folder{fold_folder};
  const Json manifest = read_manifest(folder);
  if (manifest.value("training_free", false) || manifest.contains("trained_on_supports")) {
    throw Error::input(fmt::format("{}: is the run of a method that segments beside its supports",
                                   fold_folder.string()),
                       "there is no checkpoint to predict with: add the cases to the data set of a "
                       "benchmark");
  }
  if (manifest.empty() || !fs::exists(checkpoint)) {
    throw Error::input(fmt::format("{}: is not a finished training", fold_folder.string()),
                       fmt::format("name a folder RESULTS/<data set>/<protocol>/<method>/fold_<k> "
                                   "that holds manifest.json "
                                   "and {}",
                                   checkpoint.filename().string()));
  }
  const fs::path method_folder = fs::absolute(fold_folder).lexically_normal().parent_path();
  const fs::path plans_file = method_folder / "plans.json",
                 dataset_file = method_folder / "dataset.json";
  const Json dataset = read_json(dataset_file);
  try {
    const Json& method = manifest.at("method");
    const Json& protocol = manifest.at("protocol");
    TrainedRun run{.method = load_method(method.at("plugin").get<std::string>(), plugin_paths),
                   .plans = plans_from_json(read_json(plans_file), plans_file.string()),
                   .labels = Labels::from_dataset_json(dataset, dataset_file.string()),
                   .channels = static_cast<std::int64_t>(
                       read_channel_names(dataset, dataset_file.string()).size()),
                   .file_ending = dataset.at("file_ending").get<std::string>(),
                   .window = {}};
    run.window.step = protocol.at("inference").at("step_size").get<double>();
    run.window.mirror_axes = protocol.at("mirror_axes").get<std::vector<int>>();
    Json given = method.at("options");
    if (const Json weights = manifest.value("weights", Json()); weights.contains("file")) {
      require_same_weights(weights, folder.manifest().string());
      given["weights"] = weights.at("file");  // wherever the program is started now
    }
    const Options options =
        Options::from_json(given, run.method.description().options, folder.manifest().string());
    const Plan plan{run.channels + previous_stage_channels(run.configuration(), run.labels),
                    run.labels.heads(), run.configuration()};
    Model& model = *run.models.emplace_back(run.method.create(plan, options));
    load_checkpoint(checkpoint, model.module());
    move_to_device(model, context.device);
    return run;
  } catch (const nlohmann::json::exception& error) {
    throw Error::input(fmt::format("{}: {}", folder.manifest().string(), error.what()),
                       "the manifest is not one of this version");
  }
}

}  // namespace voxarena
