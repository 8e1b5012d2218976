// Numbers that tests/golden/sam/make.py can compute as well, and comparison with its samples.
#pragma once

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "voxarena/core/json.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena::testing {

inline const Json& sam_golden() {
  static const Json json = read_json(VOXARENA_SOURCE_DIR "/tests/golden/sam/sam.json");
  return json;
}

// Uniform in -1/2 ... 1/2: element i is a hash of i and the stream, in 32-bit arithmetic.
inline at::Tensor noise(at::IntArrayRef shape, std::int64_t stream) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  at::Tensor values = at::empty(shape);
  auto* out = values.data_ptr<float>();
  for (std::int64_t i = 0; i < count; ++i) {
    auto h = static_cast<std::uint32_t>(i) + 0x9E3779B9U * static_cast<std::uint32_t>(stream + 1);
    h = (h ^ (h >> 16)) * 0x7FEB352DU;
    h = (h ^ (h >> 15)) * 0x846CA68BU;
    h ^= h >> 16;
    out[i] = static_cast<float>(h / 4294967296.0 - 0.5);
  }
  return values;
}

// As make.py's function of that name.
inline void fill(torch::nn::Module& module) {
  std::int64_t stream = 0;
  for (auto& [name, tensor] : state_dict(module)) {
    const auto has = [&, &key = name](const char* part) {
      return key.find(part) != std::string::npos;
    };
    double scale = 1, base = 0;
    if (tensor.dim() == 1) {
      scale = 0.2;
      base = name.ends_with("weight") ? 1 : 0;
    } else if (!has("pos") && !has("token") && !has("embed.") && !has("embeddings")) {
      scale = std::sqrt(12.0 * static_cast<double>(tensor.size(0)) /
                        static_cast<double>(tensor.numel()));
    }
    tensor.copy_(noise(tensor.sizes(), stream++) * scale + base);
  }
}

inline void expect_samples(const at::Tensor& tensor, const Json& expected, double tolerance) {
  EXPECT_EQ(tensor.sizes().vec(), expected["shape"].get<std::vector<std::int64_t>>());
  const at::Tensor flat = tensor.detach().flatten().to(at::kDouble);
  const auto values = expected["values"].get<std::vector<double>>();
  const at::Tensor sampled =
      flat.slice(0, 0, std::nullopt, expected["step"].get<std::int64_t>()).contiguous();
  ASSERT_EQ(sampled.numel(), static_cast<std::int64_t>(values.size()));
  double worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    worst = std::max(worst, std::abs(sampled.data_ptr<double>()[i] - values[i]));
  EXPECT_LE(worst, tolerance);
  EXPECT_NEAR(flat.mean().item<double>(), expected["mean"].get<double>(), tolerance);
  EXPECT_NEAR(flat.square().mean().item<double>(), expected["square"].get<double>(), tolerance);
  ::testing::Test::RecordProperty("worst", std::to_string(worst));
}

inline double worst_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace voxarena::testing
