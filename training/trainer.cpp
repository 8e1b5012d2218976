#include "training/trainer.h"

#include <ATen/Parallel.h>
#include <fmt/core.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "training/batch_transfer.h"
#include "training/checkpoint.h"
#include "training/loss_meter.h"
#include "training/memory_use.h"
#include "training/mixed_precision.h"
#include "training/nnunet_checkpoint.h"
#include "training/online_validation.h"
#include "training/optimizer.h"
#include "training/schedule.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"
#include "voxarena/core/random.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kReadEvery =
    25;  // steps between two looks at the loss on a device that works by itself

// Streams of random numbers, told apart by their first number.
constexpr std::uint64_t kWeightStream = 0x77, kEpochStream = 0x65;

void seed_torch(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  CounterRandom random(seed, {stream, index});
  const std::uint64_t high = random.next();
  at::manual_seed(high << 32 | random.next());
}

c10::Device place(torch::nn::Module& module, const std::string& name) {
  const c10::Device wanted(name);
  const auto parameters = module.parameters();
  if (parameters.empty()) throw Error::internal("the method's network has no parameters");
  const c10::Device now = parameters.front().device();
  if (now.type() != wanted.type() ||
      (wanted.has_index() && now.index() != wanted.index() && !now.is_cpu())) {
    module.to(wanted);
  }
  return module.parameters().front().device();
}

// What a checkpoint must agree on with the training that goes on from it.
Json settings(const TrainingOptions& options, const Recipe& recipe) {
  Json settings = to_json(recipe);
  settings["identity"] = options.identity;
  settings["seed"] = options.seed;
  settings["iterations"] = options.budget.iterations;
  settings["iterations_per_epoch"] = options.budget.iterations_per_epoch;
  settings["validation_iterations"] = options.budget.validation_iterations;
  return settings;
}

void check_settings(const fs::path& path, const Checkpoint& checkpoint, const Json& expected) {
  if (checkpoint.settings == canonical_json(expected)) return;
  const Json found = parse_json(checkpoint.settings, path.string());
  for (const auto& [key, value] : expected.items()) {
    if (found.contains(key) && found[key] == value) continue;
    throw Error::input(
        fmt::format("{}: was made with {} {}, but now it is {}", path.string(), key,
                    found.contains(key) ? json_text(found[key]) : "unknown", json_text(value)),
        "use the former settings or another results folder, or delete the checkpoint to train "
        "anew");
  }
  throw Error::input(fmt::format("{}: was made with settings that are unknown here", path.string()),
                     "use another results folder, or delete the checkpoint to train anew");
}

class Trainer {
 public:
  Trainer(Model& model, const TrainingOptions& options, const RunContext& context)
      : model_(model),
        options_(options),
        context_(context),
        recipe_(model.recipe()),
        settings_(settings(options, recipe_)),
        device_(place(model.module(), context.device)),
        rules_(options.rules),
        optimizer_(recipe_, model.module()) {
    if (rules_.has_regions()) rules_.regions = rules_.regions.to(device_);
  }

  // Loads the last complete checkpoint, if there is one. True if nothing is left to do.
  bool resume() {
    remove_temporary_files(options_.folder);
    const fs::path final = final_checkpoint(options_.folder),
                   latest = latest_checkpoint(options_.folder);
    const bool finished = fs::exists(final);
    if (finished || fs::exists(latest)) {
      load(finished ? final : latest);
    } else if (!options_.start.empty()) {
      start_from(options_.start);
    }
    if (finished) fs::remove(latest);
    log_ = read_training_log(log_path(), state_.epoch);
    return finished;
  }

  void run(const TrainingBatches& batches) {
    const Budget& budget = options_.budget;
    const std::int64_t epochs = epoch_count(budget);
    const BatchStream training = batches.training(state_.iteration);
    const BatchStream validation =
        budget.validation_iterations > 0
            ? batches.validation(state_.epoch * budget.validation_iterations)
            : nullptr;
    Progress progress = context_.progress(options_.title, budget.iterations);
    progress.set(state_.iteration);
    if (state_.epoch >= epochs) save(final_checkpoint(options_.folder));
    while (state_.epoch < epochs) {
      const auto start = std::chrono::steady_clock::now();
      EpochRecord record;
      record.epoch = state_.epoch;
      seed_torch(options_.seed, kEpochStream, static_cast<std::uint64_t>(state_.epoch));
      train_epoch(training, progress, record);
      validate(validation, record);
      record.seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      record.peak_memory = peak_memory();
      record.peak_device_memory = peak_device_memory(context_.device);
      finish_epoch(record, state_.epoch + 1 == epochs);
    }
  }

  TrainingResult result() const {
    TrainingResult result;
    result.epochs = state_.epoch;
    result.iterations = state_.iteration;
    result.ema = state_.ema.value_or(kUndefined);
    result.best_ema = state_.best_ema.value_or(kUndefined);
    result.mean_dice = log_.empty() ? kUndefined : log_.back().mean_dice;
    if (!log_.empty()) result.dice = log_.back().dice;
    for (const EpochRecord& record : log_) {
      result.seconds += record.seconds;
      result.peak_memory = std::max(result.peak_memory, record.peak_memory);
      result.peak_device_memory = std::max(result.peak_device_memory, record.peak_device_memory);
    }
    return result;
  }

 private:
  fs::path log_path() const { return options_.folder / "log.jsonl"; }

  void load(const fs::path& path) {
    Checkpoint checkpoint = read_checkpoint(path);
    check_settings(path, checkpoint, settings_);
    take(std::move(checkpoint), path);
  }

  // Of nnU-Net's trainer: its settings are not looked at, as nnU-Net itself does.
  void start_from(const fs::path& path) {
    NnunetProgress progress = read_nnunet_progress(path, parameter_names(model_.module()));
    progress.checkpoint.iteration =
        progress.checkpoint.epoch * options_.budget.iterations_per_epoch;
    take(std::move(progress.checkpoint), path);
    write_training_log(log_path(), progress.log);
    context_.info(fmt::format("{}: goes on after {} epochs", path.string(), state_.epoch));
  }

  void take(Checkpoint checkpoint, const fs::path& path) {
    load_network(checkpoint, model_.module(), path);
    optimizer_.load(checkpoint.optimizer, path.string());
    checkpoint.network.clear();
    checkpoint.optimizer.clear();
    state_ = std::move(checkpoint);
  }

  Batch next(const BatchStream& stream) const {
    context_.check_interrupt();
    Batch batch = to_device(stream(), device_, options_.plan.dimensions(),
                            options_.plan.configuration.batch_dice);
    batch.rules = rules_;
    return batch;
  }

  void train_epoch(const BatchStream& stream, Progress& progress, EpochRecord& record) {
    model_.module().train();
    LossMeter meter;
    const std::int64_t steps = steps_of_epoch(options_.budget, state_.epoch);
    for (std::int64_t i = 0; i < steps; ++i) {
      const Batch batch = next(stream);
      Loss loss;
      {
        const MixedPrecision precision(device_);
        loss = model_.loss(batch);
      }
      loss.total.backward();
      record.learning_rate = learning_rate(recipe_, options_.budget, state_.iteration);
      const at::Tensor norm = optimizer_.step(record.learning_rate);
      meter.add(state_.iteration, loss, norm, device_.is_cpu() ? 1 : kReadEvery);
      ++state_.iteration;
      progress.set(state_.iteration, fmt::format("loss {:.3f}", meter.last()));
    }
    meter.read();
    record.loss = meter.mean();
    record.loss_terms = meter.mean_terms();
  }

  void validate(const BatchStream& stream, EpochRecord& record) {
    const torch::NoGradGuard no_grad;
    model_.module().eval();
    OnlineDice online;
    at::Tensor losses;
    for (std::int64_t i = 0; i < options_.budget.validation_iterations; ++i) {
      const Batch batch = next(stream);
      const MixedPrecision precision(device_);
      const Validation found = model_.validate(batch);
      online.add(found.logits, batch.target, batch.rules);
      if (found.loss.defined()) losses = losses.defined() ? losses + found.loss : found.loss;
    }
    if (losses.defined()) {
      record.validation_loss =
          losses.item<double>() / static_cast<double>(options_.budget.validation_iterations);
    }
    record.dice = online.per_class();
    record.mean_dice = mean_of_seen(record.dice);
    // An epoch that met no foreground says nothing: the average stays.
    if (!std::isnan(record.mean_dice)) {
      state_.ema = state_.ema ? 0.9 * *state_.ema + 0.1 * record.mean_dice : record.mean_dice;
    }
    record.ema = state_.ema;
  }

  // Log first, then the checkpoints: whichever of them is there, the log covers its epochs.
  void finish_epoch(const EpochRecord& record, bool is_last) {
    ++state_.epoch;
    log_.push_back(record);
    write_training_log(log_path(), log_);
    const bool is_best = state_.ema && (!state_.best_ema || *state_.ema > *state_.best_ema);
    if (is_best) {
      state_.best_ema = state_.ema;
      save(best_checkpoint(options_.folder));
    }
    if (is_last) {
      save(final_checkpoint(options_.folder));
      fs::remove(latest_checkpoint(options_.folder));
    } else if (state_.epoch % std::max<std::int64_t>(options_.checkpoint_every, 1) == 0) {
      save(latest_checkpoint(options_.folder));
    }
    if (options_.on_epoch) options_.on_epoch(record);
  }

  void save(const fs::path& path) {
    Checkpoint checkpoint = state_;
    checkpoint.settings = canonical_json(settings_);
    checkpoint.trained_only = options_.trained_only;
    checkpoint.network =
        options_.trained_only ? trained_state_dict(model_.module()) : state_dict(model_.module());
    checkpoint.optimizer = optimizer_.state();
    write_checkpoint(path, checkpoint);
  }

  Model& model_;
  const TrainingOptions& options_;
  const RunContext& context_;
  const Recipe recipe_;
  const Json settings_;
  const c10::Device device_;
  nn::TargetRules rules_;
  Optimizer optimizer_;
  Checkpoint state_;  // without tensors
  std::vector<EpochRecord> log_;
};

}  // namespace

fs::path latest_checkpoint(const fs::path& folder) {
  return folder / "checkpoint_latest.safetensors";
}
fs::path best_checkpoint(const fs::path& folder) { return folder / "checkpoint_best.safetensors"; }
fs::path final_checkpoint(const fs::path& folder) {
  return folder / "checkpoint_final.safetensors";
}

void seed_weights(std::uint64_t seed) { seed_torch(seed, kWeightStream, 0); }

TrainingResult train(Model& model, const TrainingBatches& batches, const TrainingOptions& options,
                     const RunContext& context) {
  try {
    at::set_num_threads(context.threads);
    if (c10::Device(context.device).is_cuda()) at::globalContext().setBenchmarkCuDNN(true);
    reset_peak_memory(context.device);
    Trainer trainer(model, options, context);
    const bool was_finished = trainer.resume();
    if (!was_finished) trainer.run(batches);
    model.module().eval();
    TrainingResult result = trainer.result();
    result.was_finished = was_finished;
    return result;
  } catch (const Error&) {
    throw;
  } catch (const c10::Error& error) {
    throw Error::internal(
        fmt::format("{}: {}", options.folder.string(), error.what_without_backtrace()));
  } catch (const std::exception& error) {
    throw Error::internal(fmt::format("{}: {}", options.folder.string(), error.what()));
  }
}

}  // namespace voxarena
