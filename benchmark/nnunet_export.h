// Trained runs as a model folder of nnU-Net: Python predicts with it and goes on training it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "voxarena/core/run_context.h"
#include "voxarena/plugin/registry.h"

namespace voxarena {

struct NnunetExport {
  std::string trainer = "nnUNetTrainer";   // class that nnU-Net is to use
  std::string plans_name = {};             // empty: the plans' own
  std::filesystem::path fingerprint = {};  // dataset_fingerprint.json, if there is one
};

// Writes plans.json, dataset.json and fold_<k>/checkpoint_{final,best,latest}.pth (those that there
// are) below `folder` for the given fold folders of one method. Error (input) if a run is of a
// method whose network nnU-Net does not have, has no checkpoint, or was planned differently.
void export_nnunet(const std::vector<std::filesystem::path>& fold_folders,
                   const std::filesystem::path& folder, const NnunetExport& options,
                   const Paths& plugin_paths, const RunContext& context);

}  // namespace voxarena
