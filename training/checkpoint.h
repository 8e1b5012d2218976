// One file that holds everything a training needs to go on: network, optimiser, and where it stood.
// There is no random state to keep, as every epoch draws from streams of its own (seed, epoch). The
// same training gives the same bytes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "voxarena/core/json.h"
#include "voxarena/weights/safetensors.h"

namespace torch::nn {
class Module;
}

namespace voxarena {

struct Checkpoint {
  std::int64_t epoch = 0;               // epochs done
  std::int64_t iteration = 0;           // optimiser steps done
  std::optional<double> ema, best_ema;  // of the mean foreground Dice in online validation
  std::string settings;                 // canonical JSON of what the training's result depends on
  bool trained_only = false;            // `network` lacks the frozen parameters
  TensorMap network, optimizer;         // in the file as "network.<name>" and "optimizer.<name>"
};

// Atomic.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

// Error (input) naming the file, with the hint how to go on, if it is missing, damaged or not a
// checkpoint.
Checkpoint read_checkpoint(const std::filesystem::path& path);

// Puts a checkpoint's network into `module`. Error (input) with a report if it does not fit.
void load_network(const Checkpoint& checkpoint, torch::nn::Module& module,
                  const std::filesystem::path& path);

// Reads the network's part alone into `module`. Error (input) with a report if it does not fit.
void load_checkpoint(const std::filesystem::path& path, torch::nn::Module& module);

}  // namespace voxarena
