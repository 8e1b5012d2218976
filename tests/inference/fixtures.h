// What the tests of this room share: numbers that Python makes as well, golden files, and models
// without training.
#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "voxarena/core/json.h"
#include "voxarena/data/volume.h"
#include "voxarena/plugin/model.h"

namespace voxarena::testing {

// noise() of tests/golden/inference/make.py.
inline Volume<float> noise(std::int64_t channels, const Extent& size) {
  Volume<float> volume(channels, size);
  std::uint32_t index = 0;
  for (float& value : volume.values) {
    std::uint32_t bits = ++index * 2654435761U;
    bits ^= bits >> 15U;
    bits *= 2246822519U;
    value = static_cast<float>(bits >> 8U) / static_cast<float>(1U << 24U) - 0.5F;
  }
  return volume;
}

inline const Json& golden() {
  static const Json json = read_json(std::filesystem::path(VOXARENA_SOURCE_DIR) /
                                     "tests/golden/inference/inference.json");
  return json;
}

// A model that answers with a function of its patches.
class FunctionModel final : public Model {
 public:
  using Function = std::function<at::Tensor(const at::Tensor&)>;
  explicit FunctionModel(Function function) : function_(std::move(function)) {}

  torch::nn::Module& module() override { return module_; }
  Loss loss(const Batch&) override { return {}; }
  at::Tensor predict(const at::Tensor& patches) override { return function_(patches); }

 private:
  torch::nn::Module module_;
  Function function_;
};

}  // namespace voxarena::testing
