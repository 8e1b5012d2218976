#include "training/nnunet_checkpoint.h"

#include <ATen/ops/zeros_like.h>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cmath>

#include "voxarena/core/error.h"
#include "voxarena/weights/nnunet_names.h"
#include "voxarena/weights/pth_file.h"
#include "voxarena/weights/state_dict.h"
#include "voxarena/weights/weights_file.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using pickle::Value;

[[noreturn]] void no_checkpoint(const fs::path& path, const std::string& what) {
  throw Error::input(
      fmt::format("{}: {}", path.string(), what),
      "name a checkpoint that nnU-Net's trainer wrote, such as checkpoint_final.pth");
}

const Value& require(const Value& dict, const char* key, const fs::path& path) {
  const Value* found = pickle::find(dict, key);
  if (!found) no_checkpoint(path, fmt::format("has no '{}'", key));
  return *found;
}

std::string text(const Value& dict, const char* key, const fs::path& path) {
  const auto* found = require(dict, key, path).get<std::string>();
  if (!found) no_checkpoint(path, fmt::format("'{}' is no text", key));
  return *found;
}

std::optional<std::vector<int>> mirror_axes(const Value& root, const fs::path& path) {
  const Value* found = pickle::find(root, "inference_allowed_mirroring_axes");
  if (!found || found->get<std::monostate>()) return std::nullopt;
  const pickle::Values* items = pickle::items_of(*found);
  std::vector<int> axes;
  for (const Value* item : items ? *items : pickle::Values{}) {
    const auto* axis = item->get<std::int64_t>();
    if (!axis || *axis < 0 || *axis > 2)
      no_checkpoint(path, "'inference_allowed_mirroring_axes' names an axis that is none");
    axes.push_back(static_cast<int>(*axis));
  }
  if (!items) no_checkpoint(path, "'inference_allowed_mirroring_axes' is no tuple");
  return axes;
}

// NaN for what is no number.
double logged_number(const Value* value) {
  if (!value) return kNotMeasured;
  if (const auto* real = value->get<double>()) return *real;
  if (const auto* integer = value->get<std::int64_t>()) return static_cast<double>(*integer);
  if (const auto* array = value->get<pickle::Array>(); array && array->shape.empty())
    return array->real(0);
  return kNotMeasured;
}

std::vector<double> logged_numbers(const Value* list) {
  const pickle::Values* items = list ? pickle::items_of(*list) : nullptr;
  std::vector<double> out;
  for (const Value* item : items ? *items : pickle::Values{}) out.push_back(logged_number(item));
  return out;
}

// One record an epoch; entries that the log lacks are NaN.
std::vector<EpochRecord> logged_epochs(const Value& log, std::int64_t epochs) {
  const auto column = [&](const char* key) {
    std::vector<double> out = logged_numbers(pickle::find(log, key));
    out.resize(static_cast<std::size_t>(epochs), kNotMeasured);
    return out;
  };
  const std::vector<double> loss = column("train_losses"), validation = column("val_losses"),
                            dice = column("mean_fg_dice"), ema = column("ema_fg_dice"),
                            rate = column("lrs"), begin = column("epoch_start_timestamps"),
                            end = column("epoch_end_timestamps");
  const Value* classes = pickle::find(log, "dice_per_class_or_region");
  const pickle::Values* per_class = classes ? pickle::items_of(*classes) : nullptr;
  std::vector<EpochRecord> records(static_cast<std::size_t>(epochs));
  for (std::size_t i = 0; i < records.size(); ++i) {
    EpochRecord& record = records[i];
    record.epoch = static_cast<std::int64_t>(i);
    record.learning_rate = rate[i];
    record.loss = loss[i];
    record.validation_loss = validation[i];
    record.mean_dice = dice[i];
    if (!std::isnan(ema[i])) record.ema = ema[i];
    if (per_class && i < per_class->size()) record.dice = logged_numbers((*per_class)[i]);
    record.seconds = std::isnan(end[i] - begin[i]) ? 0 : end[i] - begin[i];
  }
  return records;
}

// torch.optim.SGD numbers its parameters; one that has no momentum yet starts from 0.
TensorMap read_momentum(PthFile& file, const Value& optimizer, const TensorMap& network,
                        const std::vector<std::string>& parameters, const fs::path& path) {
  const auto* states = require(optimizer, "state", path).get<pickle::Dict>();
  if (!states) no_checkpoint(path, "'optimizer_state' has another form than SGD's");
  TensorMap out;
  for (const auto& [key, state] : states->items) {
    const auto* index = key->get<std::int64_t>();
    if (!index || *index < 0 || *index >= std::ssize(parameters))
      no_checkpoint(path, "'optimizer_state' is of another network");
    if (!PthFile::is_state_dict(*state)) continue;
    const TensorMap tensors = file.tensors(*state);
    const auto momentum = tensors.find("momentum_buffer");
    if (momentum == tensors.end())
      no_checkpoint(path, "'optimizer_state' has another form than SGD's");
    out["momentum." + parameters[static_cast<std::size_t>(*index)]] = momentum->second;
  }
  for (const std::string& name : parameters) {
    const auto weights = network.find(name);
    if (weights == network.end())
      no_checkpoint(path, fmt::format("'network_weights' has no '{}'", name));
    out.try_emplace("momentum." + name, at::zeros_like(weights->second));
  }
  return out;
}

bool is_segmentation_layer(const std::string& name) {
  return name.find(".seg_layers.") != std::string::npos;
}

}  // namespace

NnunetCheckpoint read_nnunet_checkpoint(const fs::path& path) {
  PthFile file(path);
  const Value& root = file.root();
  const Value& weights = require(root, "network_weights", path);
  if (!PthFile::is_state_dict(weights)) no_checkpoint(path, "'network_weights' is no state dict");
  NnunetCheckpoint out;
  out.trainer = text(root, "trainer_name", path);
  out.configuration = text(require(root, "init_args", path), "configuration", path);
  out.mirror_axes = mirror_axes(root, path);
  out.network = without_second_names(without_wrappers(file.tensors(weights)), path.string());
  return out;
}

NnunetProgress read_nnunet_progress(const fs::path& path,
                                    const std::vector<std::string>& parameters) {
  PthFile file(path);
  const Value& root = file.root();
  const Value& weights = require(root, "network_weights", path);
  if (!PthFile::is_state_dict(weights)) no_checkpoint(path, "'network_weights' is no state dict");
  const auto* epoch = require(root, "current_epoch", path).get<std::int64_t>();
  if (!epoch || *epoch < 0 || *epoch > 1'000'000)
    no_checkpoint(path, "'current_epoch' is no number of epochs");
  NnunetProgress out;
  Checkpoint& checkpoint = out.checkpoint;
  checkpoint.epoch = *epoch;
  checkpoint.network = without_second_names(without_wrappers(file.tensors(weights)), path.string());
  checkpoint.optimizer = read_momentum(file, require(root, "optimizer_state", path),
                                       checkpoint.network, parameters, path);
  out.log = logged_epochs(require(root, "logging", path), checkpoint.epoch);
  for (const EpochRecord& record : out.log) {
    if (record.ema) checkpoint.ema = record.ema;
  }
  const double best = logged_number(pickle::find(root, "_best_ema"));
  if (!std::isnan(best)) checkpoint.best_ema = best;
  return out;
}

void load_pretrained_weights(const fs::path& path, torch::nn::Module& network) {
  TensorMap given = without_second_names(read_weights(path), path.string());
  std::erase_if(given, [](const auto& item) { return is_segmentation_layer(item.first); });
  const auto refuse = [&](const std::string& what) {
    throw Error::input(fmt::format("{}: {}", path.string(), what),
                       "pretrained weights must be of a network with the same plan; only the "
                       "segmentation layers may differ");
  };
  TensorMap chosen;
  for (const auto& [name, tensor] : state_dict(network)) {
    if (is_segmentation_layer(name)) continue;
    const auto found = given.find(name);
    if (found == given.end()) return refuse(fmt::format("has no '{}'", name));
    if (found->second.sizes() != tensor.sizes()) {
      return refuse(fmt::format("'{}' is {}, but the network's is {}", name,
                                fmt::join(found->second.sizes().vec(), " x "),
                                fmt::join(tensor.sizes().vec(), " x ")));
    }
    chosen[name] = found->second;
  }
  load_state_dict(network, chosen);
}

}  // namespace voxarena
