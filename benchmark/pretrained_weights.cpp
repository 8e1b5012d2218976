#include "benchmark/pretrained_weights.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/core/hash.h"
#include "voxarena/weights/weights_file.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

constexpr const char* kOption = "weights";

}  // namespace

PretrainedWeights find_pretrained_weights(const Options& options, const Info& info,
                                          const std::string& where) {
  PretrainedWeights weights;
  const bool has_option =
      std::ranges::find(info.options, kOption, &Option::name) != info.options.end();
  if (!has_option) return weights;
  const std::string& value = options.text(kOption);
  if (value.empty() || value == "random") {
    weights.from_scratch = true;
    return weights;
  }
  std::error_code error;
  if (!fs::is_regular_file(value, error)) {
    throw Error::input(fmt::format("{}: weights: {} is no file", where, value),
                       "name a file of pre-trained weights, relative to the folder that voxarena "
                       "is started in, or set weights = \"random\" to run without pre-training");
  }
  weights.file = fs::absolute(value).lexically_normal().string();
  weights.sha256 = sha256_file(value);
  weights.known_as = known_weights(weights.sha256);
  return weights;
}

Json to_json(const PretrainedWeights& weights) {
  if (weights.from_scratch) return {{"from_scratch", true}};
  if (!weights.from_file()) return {};
  return {{"file", weights.file}, {"sha256", weights.sha256}, {"known_as", weights.known_as}};
}

std::string describe_pretrained_weights(const Json& entry) {
  const auto known = entry.at("known_as").get<std::string>();
  if (!known.empty()) return known;
  return fmt::format("{}, SHA-256 {}",
                     fs::path(entry.at("file").get<std::string>()).filename().string(),
                     entry.at("sha256").get<std::string>().substr(0, 12));
}

void require_same_weights(const Json& entry, const std::string& manifest) {
  const auto file = entry.at("file").get<std::string>();
  std::error_code error;
  if (!fs::is_regular_file(file, error)) {
    throw Error::input(fmt::format("{}: the weights {} that the training began with are not there",
                                   manifest, file),
                       "frozen parameters are read from them: put the file back");
  }
  if (sha256_file(file) != entry.at("sha256").get<std::string>()) {
    throw Error::input(
        fmt::format("{}: the weights {} are others than the training began with", manifest, file),
        "put back the file whose SHA-256 the manifest names");
  }
}

}  // namespace voxarena
