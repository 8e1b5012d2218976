// Models of nnU-Net: folders RESULTS/DatasetXXX_Name/Trainer__Plans__Configuration with plans.json,
// dataset.json and fold_<k>/checkpoint_final.pth, and the zip archives they are passed on as.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "benchmark/trained_run.h"

namespace voxarena {

struct NnunetModelRequest {
  std::vector<std::string> folds = {};  // "0", "all"; empty: every numbered fold that is there
  std::string checkpoint = "checkpoint_final.pth";
  std::string configuration = {};  // of a zip archive that holds several; empty: its only one
};

// True for such a folder, one of its folds, or a zip archive.
bool is_nnunet_model(const std::filesystem::path& path);

// The networks of all folds; mirroring as the first checkpoint allows it. Error (input) naming the
// file: something is missing or damaged, weights do not fit, or the plans ask for layers
// or resampling that VoxArena does not have.
TrainedRun open_nnunet_model(const std::filesystem::path& path, const NnunetModelRequest& request,
                             const Paths& plugin_paths, const RunContext& context);

}  // namespace voxarena
