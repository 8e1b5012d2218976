// Trains a model within a budget: nnU-Net's loop of epochs, each followed by online validation and
// a checkpoint.
//
//   TrainingResult result = train(*model, {training, validation}, options, context);
//
// Files in `options.folder`: log.jsonl; checkpoint_latest (removed at the end), checkpoint_best
// (whenever the moving average of the validation Dice rises) and checkpoint_final, all
// .safetensors. Called again after an interruption at any moment, it goes on from the last complete
// checkpoint, and with the same number of threads on the CPU ends in the same bytes as an
// uninterrupted run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "training/batch_loader.h"
#include "training/training_log.h"
#include "voxarena/core/run_context.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plugin/model.h"

namespace voxarena {

// Every call gives the next batch.
using BatchStream = std::function<PatchBatch()>;
// The stream whose first call gives batch `first_iteration`.
using OpenBatches = std::function<BatchStream(std::int64_t first_iteration)>;

struct TrainingBatches {
  OpenBatches training, validation;
};

// Streams from a BatchLoader.
OpenBatches loader_batches(LoaderOptions options, PatchSources sources, const RunContext& context);

struct TrainingOptions {
  Plan plan;
  Budget budget;
  std::uint64_t seed = 1;
  nn::TargetRules rules = {};    // of the data set's labels: training/label_rules.h
  std::filesystem::path folder;  // of this fold
  std::string identity;          // hash of what else the result depends on: plan, data, method
  // Frozen parameters are left out of checkpoints: whoever makes the model sets them.
  bool trained_only = false;
  // A checkpoint of nnU-Net's trainer to go on from where the folder holds none of ours, or empty.
  std::filesystem::path start;
  std::int64_t checkpoint_every = 1;                 // epochs between two `latest`
  std::string title = "train";                       // of the progress line
  std::function<void(const EpochRecord&)> on_epoch;  // may be empty
};

struct TrainingResult {
  std::int64_t epochs = 0, iterations = 0;
  double ema = 0,
         best_ema = 0;       // moving average of the mean validation Dice; NaN without validation
  double mean_dice = 0;      // of the last epoch
  std::vector<double> dice;  // of the last epoch, per foreground class
  double seconds = 0;        // of all epochs, those before an interruption included
  std::int64_t peak_memory = 0, peak_device_memory = 0;  // bytes
  bool was_finished = false;                             // checkpoint_final was there already
};

std::filesystem::path latest_checkpoint(const std::filesystem::path& folder);
std::filesystem::path best_checkpoint(const std::filesystem::path& folder);
std::filesystem::path final_checkpoint(const std::filesystem::path& folder);

// Seeds LibTorch's generators; call before Method::create, so that the same seed gives the same
// first weights.
void seed_weights(std::uint64_t seed);

// The model comes back on the context's device with the final weights. Errors: (input) a checkpoint
// that is damaged or belongs to other settings; a loss that is not a number, naming the iteration;
// (interrupted) between two steps.
TrainingResult train(Model& model, const TrainingBatches& batches, const TrainingOptions& options,
                     const RunContext& context);

}  // namespace voxarena
