// nnU-Net's training in nnU-Net's results folder, by VoxArena: fold_<k>/ ends with checkpoints and
// a validation that Python's nnU-Net takes for its own.
#pragma once

#include <filesystem>
#include <string>

#include "benchmark/nnunet_layout.h"
#include "benchmark/prepared_dataset.h"
#include "benchmark/spec.h"
#include "voxarena/plugin/registry.h"

namespace voxarena {

struct NnunetTrainingRequest {
  NnunetModelName model = {};
  int fold = 0;
  bool probabilities = false;  // of the validation, for ensembles
  bool validate_only = false;
  bool validate_best = false;  // with the best checkpoint instead of the final one
  // Goes on from what is there, of whatever program: a final checkpoint is only validated. Without
  // it an unfinished training starts anew, and a finished one is an Error (input).
  bool resume = false;
  bool keep_checkpoints = true;           // else the validation is all that is left
  std::filesystem::path pretrained = {};  // weights to start from; empty: none
};

// What a trainer of nnU-Net changes: nnUNetTrainer, nnUNetTrainer_<n>epochs,
// nnUNetTrainerNoMirroring, nnUNetTrainerNoDA. Error (input) that lists them for other names.
ProtocolSettings settings_of_trainer(const NnunetModelName& model);

// Trains RESULTS/<dataset>/<model>/fold_<k> with the settings of its trainer and validates it:
// label files and summary.json in validation/. Returns the fold's folder. The hint of Error
// (interrupted) says how to go on.
std::filesystem::path train_nnunet(const PreparedDataset& dataset,
                                   const std::filesystem::path& results,
                                   const NnunetTrainingRequest& request,
                                   const ProtocolSettings& settings, const Paths& plugin_paths,
                                   const RunContext& context);

}  // namespace voxarena
