// nnU-Net's cascade in the main job. The second stage learns to correct the labels of the first, so
// these must be as wrong as they will be on new images: every case's are predicted by the model of
// the fold that was not trained on it. So one fold of the second stage needs all folds of the
// first.
#pragma once

#include <memory>
#include <vector>

#include "benchmark/job.h"

namespace voxarena {

// Runs like those of any benchmark of the first stage's configuration, under the same settings.
struct FirstStage {
  ProtocolSettings settings;
  Protocol protocol;
  RunSetup setup;
  std::vector<Job> jobs;           // of all folds of the split
  PreviousStageFiles predictions;  // of all cases, once the jobs are done
};

// Null if `second` is not the second stage of a cascade. Both it and what it was set up for must
// outlive the result. Error (input): there is no such first stage, or a case that no fold
// validates.
std::unique_ptr<FirstStage> set_up_first_stage(
    const RunSetup& second, const PreparedDataset& dataset, const ProtocolSettings& settings,
    const std::filesystem::path& results, const Paths& plugin_paths, const RunContext& context);

}  // namespace voxarena
