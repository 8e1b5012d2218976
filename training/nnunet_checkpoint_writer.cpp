#include <fmt/core.h>

#include <algorithm>

#include "training/nnunet_checkpoint.h"
#include "voxarena/core/error.h"
#include "voxarena/weights/nnunet_names.h"
#include "voxarena/weights/pth_writer.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

// Python's dict of the trainer, entry by entry.
class CheckpointWriter {
 public:
  CheckpointWriter(const fs::path& path, const Checkpoint& checkpoint,
                   const NnunetTraining& training)
      : path_(path), file_(path), out_(file_.pickle()), from_(checkpoint), training_(training) {}

  void write() {
    out_.begin_dict();
    out_.text("network_weights");
    file_.state_dict(with_second_names(tensors(from_.network, "")));
    out_.text("optimizer_state");
    write_optimizer();
    out_.text("grad_scaler_state");
    out_.none();
    out_.text("logging");
    write_log();
    out_.text("_best_ema");
    optional_real(from_.best_ema);
    entry("current_epoch", from_.epoch);
    out_.text("init_args");
    write_arguments();
    entry("trainer_name", training_.trainer);
    out_.text("inference_allowed_mirroring_axes");
    write_mirror_axes();
    out_.end_dict();
    file_.commit();
  }

 private:
  void entry(const char* key, std::int64_t value) {
    out_.text(key);
    out_.integer(value);
  }
  void entry(const char* key, double value) {
    out_.text(key);
    out_.real(value);
  }
  void entry(const char* key, bool value) {
    out_.text(key);
    out_.boolean(value);
  }
  void entry(const char* key, const std::string& value) {
    out_.text(key);
    out_.text(value);
  }
  void optional_real(const std::optional<double>& value) {
    value ? out_.real(*value) : out_.none();
  }

  NamedTensors tensors(const TensorMap& from, const std::string& prefix) const {
    NamedTensors out;
    for (const std::string& name : training_.parameters) {
      const auto found = from.find(prefix + name);
      if (found == from.end()) {
        throw Error::input(
            fmt::format("{}: the checkpoint holds no '{}{}'", path_.string(), prefix, name),
            "only whole checkpoints of the network itself can be given to nnU-Net");
      }
      out.emplace_back(name, found->second);
    }
    return out;
  }

  // torch.optim.SGD.state_dict()
  void write_optimizer() {
    const bool kept = training_.recipe.optimizer == "sgd" && !from_.optimizer.empty();
    const NamedTensors momentum = kept ? tensors(from_.optimizer, "momentum.") : NamedTensors{};
    out_.begin_dict();
    out_.text("state");
    out_.begin_dict();
    for (std::size_t i = 0; i < momentum.size(); ++i) {
      out_.integer(static_cast<std::int64_t>(i));
      out_.begin_dict();
      out_.text("momentum_buffer");
      file_.tensor(momentum[i].second);
      out_.end_dict();
    }
    out_.end_dict();
    out_.text("param_groups");
    out_.begin_list();
    write_parameter_group();
    out_.end_list();
    out_.end_dict();
  }

  void write_parameter_group() {
    const Recipe& recipe = training_.recipe;
    const auto& log = training_.log;
    out_.begin_dict();
    entry("lr", log.empty() ? recipe.learning_rate : log.back().learning_rate);
    entry("momentum", recipe.momentum);
    entry("dampening", std::int64_t{0});
    entry("weight_decay", recipe.weight_decay);
    entry("nesterov", true);
    entry("maximize", false);
    for (const char* key : {"foreach", "fused"}) {
      out_.text(key);
      out_.none();
    }
    entry("differentiable", false);
    entry("initial_lr", recipe.learning_rate);
    out_.text("params");
    out_.begin_list();
    for (std::size_t i = 0; i < training_.parameters.size(); ++i)
      out_.integer(static_cast<std::int64_t>(i));
    out_.end_list();
    out_.end_dict();
  }

  template <class Number>
  void log_list(const char* key, Number number) {
    out_.text(key);
    out_.begin_list();
    for (const EpochRecord& record : training_.log) out_.real(number(record));
    out_.end_list();
  }

  // One value an epoch in every list. Times begin at 0.
  void write_log() {
    out_.begin_dict();
    log_list("mean_fg_dice", [](const EpochRecord& r) { return r.mean_dice; });
    log_list("ema_fg_dice", [](const EpochRecord& r) { return r.ema.value_or(kNotMeasured); });
    out_.text("dice_per_class_or_region");
    out_.begin_list();
    for (const EpochRecord& record : training_.log) {
      out_.begin_list();
      for (const double dice : record.dice) out_.real(dice);
      out_.end_list();
    }
    out_.end_list();
    log_list("train_losses", [](const EpochRecord& r) { return r.loss; });
    log_list("val_losses", [](const EpochRecord& r) { return r.validation_loss; });
    log_list("lrs", [](const EpochRecord& r) { return r.learning_rate; });
    double begin = 0, end = 0;
    log_list("epoch_start_timestamps", [&](const EpochRecord& r) {
      const double now = begin;
      begin += r.seconds;
      return now;
    });
    log_list("epoch_end_timestamps", [&](const EpochRecord& r) { return end += r.seconds; });
    out_.end_dict();
  }

  void write_arguments() {
    const std::string& fold = training_.fold;
    const bool numbered = !fold.empty() && fold.size() < 6 &&
                          std::ranges::all_of(fold, [](char c) { return c >= '0' && c <= '9'; });
    out_.begin_dict();
    out_.text("plans");
    out_.json(training_.plans);
    entry("configuration", training_.configuration);
    if (numbered) {
      entry("fold", std::int64_t{std::stoi(fold)});
    } else {
      entry("fold", fold);
    }
    out_.text("dataset_json");
    out_.json(training_.dataset);
    out_.text("device");
    file_.device("cpu");
    out_.end_dict();
  }

  void write_mirror_axes() {
    if (training_.mirror_axes.empty()) return out_.none();
    const std::vector<std::int64_t> axes(training_.mirror_axes.begin(),
                                         training_.mirror_axes.end());
    out_.integers(axes);
  }

  const fs::path& path_;
  PthWriter file_;
  pickle::Writer& out_;
  const Checkpoint& from_;
  const NnunetTraining& training_;
};

}  // namespace

void write_nnunet_checkpoint(const fs::path& path, const Checkpoint& checkpoint,
                             const NnunetTraining& training) {
  CheckpointWriter(path, checkpoint, training).write();
}

}  // namespace voxarena
