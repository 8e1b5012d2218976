// Checkpoints of nnU-Net's trainer (checkpoint_final.pth): what prediction needs of them, and files
// of which Python's nnU-Net predicts and goes on training.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "training/checkpoint.h"
#include "training/training_log.h"
#include "voxarena/plugin/model.h"

namespace voxarena {

struct NnunetCheckpoint {
  std::string trainer = "nnUNetTrainer";
  std::string configuration;                    // "3d_fullres"
  std::optional<std::vector<int>> mirror_axes;  // of the patch; none: no mirroring
  TensorMap network;                            // without second names
};

// Reads files of every nnU-Net v2 without running anything that they may ask for. Error (input)
// naming the file, and the entry that is missing or has the wrong form.
NnunetCheckpoint read_nnunet_checkpoint(const std::filesystem::path& path);

// Where a training by nnU-Net's trainer stands.
struct NnunetProgress {
  Checkpoint checkpoint;  // `iteration` and `settings` are not known
  std::vector<EpochRecord> log;
};

// `parameters`: the network's, in the order of their registration. Error (input) naming the file if
// it is no checkpoint of a training, or its optimiser is of another network.
NnunetProgress read_nnunet_progress(const std::filesystem::path& path,
                                    const std::vector<std::string>& parameters);

// Pretrained weights for a new training: everything but the segmentation layers, by name, from any
// form that read_weights() knows. Error (input) naming the tensor that is missing or of another
// shape; the network is then unchanged.
void load_pretrained_weights(const std::filesystem::path& path, torch::nn::Module& network);

// What a checkpoint says beyond ours.
struct NnunetTraining {
  std::string trainer = "nnUNetTrainer";
  std::string configuration, fold;  // fold: "0", "all"
  std::vector<int> mirror_axes;
  Json plans, dataset;
  Recipe recipe;
  std::vector<std::string> parameters;  // of the network, in the order of their registration
  std::vector<EpochRecord> log;         // of the checkpoint's epochs
};

// Atomic. Error (input) naming the parameter if `checkpoint` lacks one. Losses of validation that
// were not measured are NaN.
void write_nnunet_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint,
                             const NnunetTraining& training);

}  // namespace voxarena
