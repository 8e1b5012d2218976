#include "plugins/fewshot/incontext/pretraining.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <fmt/core.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>

#include "plugins/fewshot/incontext/tasks.h"
#include "plugins/fewshot/incontext/training.h"
#include "voxarena/core/error.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena::fewshot {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFormat = "incontext pre-training 1";
constexpr double kLearningRate = 1.5e-3, kWarmup = 60;
constexpr double kSecondsBetweenCheckpoints = 60;

// Constant after the start: the running average of the weights takes the place of a falling rate,
// and a training may be made longer or shorter at any time.
double learning_rate(std::int64_t step) {
  return kLearningRate * std::min(1.0, (static_cast<double>(step) + 1) / kWarmup);
}

// Mean Dice of the thresholded logits, of slices that show the structure.
double mean_dice(const at::Tensor& logits, const at::Tensor& masks) {
  const at::NoGradGuard no_grad;
  const auto sum = [](const at::Tensor& x) { return x.sum(at::IntArrayRef{-3, -2, -1}); };
  const at::Tensor found = logits.detach().gt(0).to(at::kFloat);
  const at::Tensor dice = sum(found * masks) * 2 / (sum(found) + sum(masks)).clamp_min(1);
  const at::Tensor shown = sum(masks).gt(4).to(at::kFloat);
  return ((dice * shown).sum() / shown.sum().clamp_min(1)).item<double>();
}

class PretrainingRun {
 public:
  PretrainingRun(const Pretraining& wanted, const RunContext& context)
      : wanted_(wanted), context_(context), checkpoint_(wanted.output) {
    checkpoint_ += ".checkpoint";
    if (fs::exists(wanted.output)) {
      throw Error::input(fmt::format("{}: exists", wanted.output.string()),
                         "remove it or name another file");
    }
    at::set_num_threads(context.threads);
    torch::manual_seed(context.seed);
    auto network = std::make_shared<InContextNetwork>();
    prepare_network(*network, context.device);
    trainer_ = std::make_unique<NetworkTrainer>(std::move(network));
    if (fs::exists(checkpoint_)) resume();
  }

  void run() {
    const bool timed = wanted_.seconds > 0;
    Progress progress = context_.progress(
        "pretrain", timed ? static_cast<std::int64_t>(wanted_.seconds) : wanted_.steps);
    auto last = Clock::now(), saved = last;
    while (done() < 1) {
      const double now = step();
      dice_ = dice_ == 0 ? now : 0.98 * dice_ + 0.02 * now;
      const auto time = Clock::now();
      seconds_ += std::chrono::duration<double>(time - last).count();
      last = time;
      progress.set(
          timed ? static_cast<std::int64_t>(seconds_) : trainer_->steps(),
          fmt::format("step {}, Dice of synthetic tasks {:.3f}", trainer_->steps(), dice_));
      const bool stop = context_.stop->load();
      if (stop ||
          std::chrono::duration<double>(time - saved).count() > kSecondsBetweenCheckpoints) {
        save();
        saved = time;
      }
      context_.check_interrupt();
    }
    write_weights();
  }

 private:
  using Clock = std::chrono::steady_clock;

  double done() const {
    return wanted_.seconds > 0
               ? seconds_ / wanted_.seconds
               : static_cast<double>(trainer_->steps()) / static_cast<double>(wanted_.steps);
  }

  // Dice of the step's tasks.
  double step() {
    const auto number = static_cast<std::uint64_t>(trainer_->steps());
    const TaskBatch batch = draw_tasks({}, context_.seed, number);
    const at::Tensor images = batch.images.to(at::Device(context_.device)),
                     masks = batch.masks.to(at::Device(context_.device));
    const at::Tensor logits = trainer_->network().leave_one_out(images, masks);
    trainer_->step(mask_loss(logits, masks), learning_rate(trainer_->steps()));
    return mean_dice(logits, masks);
  }

  void save() const {
    write_safetensors(checkpoint_, {.tensors = trainer_->state(),
                                    .metadata = {{"format", kFormat},
                                                 {"seed", std::to_string(context_.seed)},
                                                 {"seconds", fmt::format("{}", seconds_)},
                                                 {"dice", fmt::format("{}", dice_)}}});
  }

  void resume() {
    const TensorFile file = read_safetensors(checkpoint_);
    const auto field = [&](const char* key) {
      const auto found = file.metadata.find(key);
      return found == file.metadata.end() ? std::string() : found->second;
    };
    const std::string source = checkpoint_.string();
    if (field("format") != kFormat)
      throw Error::input(source + ": is no checkpoint of this training",
                         "remove it to start again");
    trainer_->load(file.tensors, source);
    seconds_ = std::stod(field("seconds"));
    if (!field("dice").empty()) dice_ = std::stod(field("dice"));
    if (field("seed") != std::to_string(context_.seed)) {
      throw Error::input(fmt::format("{}: was made with seed {}, now seed {} is asked for", source,
                                     field("seed"), context_.seed),
                         "ask for the same, or remove it to start again");
    }
    if (wanted_.seconds == 0 && trainer_->steps() > wanted_.steps) {
      throw Error::input(fmt::format("{}: has {} steps already, {} are asked for", source,
                                     trainer_->steps(), wanted_.steps),
                         "ask for more, or remove it to start again");
    }
    context_.info(fmt::format("goes on from step {}", trainer_->steps()));
  }

  void write_weights() const {
    TensorFile file;
    for (const auto& [name, tensor] : state_dict(trainer_->average()))
      file.tensors[name] = tensor.to(at::kHalf).contiguous();
    file.metadata = {{"format", "incontext 1"},
                     {"trained_on", "synthetic tasks"},
                     {"seed", std::to_string(context_.seed)},
                     {"steps", std::to_string(trainer_->steps())}};
    write_safetensors(wanted_.output, file);
    std::error_code ignored;
    fs::remove(checkpoint_, ignored);
    context_.info(fmt::format("{} steps in {}, Dice of synthetic tasks {:.3f}", trainer_->steps(),
                              format_duration(seconds_), dice_));
  }

  Pretraining wanted_;
  const RunContext& context_;
  fs::path checkpoint_;
  std::unique_ptr<NetworkTrainer> trainer_;
  double seconds_ = 0;  // of work, over all starts
  double dice_ = 0;     // of synthetic tasks, a running mean
};

}  // namespace

void pretrain_incontext(const Pretraining& wanted, const RunContext& context) {
  PretrainingRun(wanted, context).run();
}

}  // namespace voxarena::fewshot
