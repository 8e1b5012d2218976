#include "training/checkpoint.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena {
namespace {

constexpr const char* kFormat = "voxarena checkpoint 1";
constexpr const char* kNetwork = "network.";
constexpr const char* kOptimizer = "optimizer.";
constexpr const char* kHint =
    "delete the file to go on without it; a training without 'latest' starts from the beginning";

Json optional_number(const std::optional<double>& number) {
  return number ? Json(*number) : Json();
}

std::optional<double> optional_number(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional<double>(json.get<double>());
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  TensorFile file;
  for (const auto& [name, tensor] : checkpoint.network) file.tensors[kNetwork + name] = tensor;
  for (const auto& [name, tensor] : checkpoint.optimizer) file.tensors[kOptimizer + name] = tensor;
  const Json progress = {{"epoch", checkpoint.epoch},
                         {"iteration", checkpoint.iteration},
                         {"ema", optional_number(checkpoint.ema)},
                         {"best_ema", optional_number(checkpoint.best_ema)},
                         {"trained_only", checkpoint.trained_only}};
  file.metadata = {{"format", kFormat},
                   {"progress", canonical_json(progress)},
                   {"settings", checkpoint.settings}};
  write_safetensors(path, file);
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  TensorFile file;
  try {
    file = read_safetensors(path);
  } catch (const Error& error) {
    throw Error(error.kind(), error.what(), kHint);
  }
  if (!file.metadata.contains("format") || file.metadata.at("format") != kFormat) {
    throw Error::input(fmt::format("{}: is not a checkpoint of this version", path.string()),
                       kHint);
  }
  Checkpoint checkpoint;
  try {
    const Json progress = Json::parse(file.metadata.at("progress"));
    checkpoint.epoch = progress.at("epoch").get<std::int64_t>();
    checkpoint.iteration = progress.at("iteration").get<std::int64_t>();
    checkpoint.ema = optional_number(progress.at("ema"));
    checkpoint.best_ema = optional_number(progress.at("best_ema"));
    checkpoint.trained_only = progress.value("trained_only", false);
    checkpoint.settings = file.metadata.at("settings");
  } catch (const std::exception&) {
    throw Error::input(
        fmt::format("{}: has no valid 'progress' or 'settings' in its metadata", path.string()),
        kHint);
  }
  for (auto& [name, tensor] : file.tensors) {
    if (name.starts_with(kNetwork)) {
      checkpoint.network[name.substr(std::string_view(kNetwork).size())] = tensor;
    } else if (name.starts_with(kOptimizer)) {
      checkpoint.optimizer[name.substr(std::string_view(kOptimizer).size())] = tensor;
    } else {
      throw Error::input(fmt::format("{}: holds an unknown tensor '{}'", path.string(), name),
                         kHint);
    }
  }
  return checkpoint;
}

void load_network(const Checkpoint& checkpoint, torch::nn::Module& module,
                  const std::filesystem::path& path) {
  if (checkpoint.trained_only) {
    load_trained(module, checkpoint.network, path.string());
  } else {
    load_exactly(module, checkpoint.network, path.string());
  }
}

void load_checkpoint(const std::filesystem::path& path, torch::nn::Module& module) {
  load_network(read_checkpoint(path), module, path);
}

}  // namespace voxarena
