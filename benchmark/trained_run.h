// A finished training, opened for prediction from its run folder alone (manifest, plans,
// dataset.json, checkpoint), or from a model folder of nnU-Net (nnunet_model.h).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "inference/sliding_window.h"
#include "voxarena/data/labels.h"
#include "voxarena/plan/plans.h"
#include "voxarena/plugin/registry.h"

namespace voxarena {

struct TrainedRun {
  LoadedMethod method;
  Plans plans;  // with the run's own configuration only
  Labels labels;
  std::int64_t channels = 1;  // of the image files
  std::string file_ending;
  SlidingWindowOptions window;                      // of the protocol
  std::vector<std::unique_ptr<Model>> models = {};  // one, or one per fold of an ensemble

  const Configuration& configuration() const { return plans.configurations.front(); }
};

// Error (input) naming the file that is missing or does not fit.
TrainedRun open_trained_run(const std::filesystem::path& fold_folder, const Paths& plugin_paths,
                            const RunContext& context);
// The same with the named checkpoint of the folder.
TrainedRun open_trained_run(const std::filesystem::path& fold_folder,
                            const std::filesystem::path& checkpoint, const Paths& plugin_paths,
                            const RunContext& context);

}  // namespace voxarena
