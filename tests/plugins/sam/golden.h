// Comparison with tests/golden/sam/sam.json, numbers of segment-anything.
#pragma once

#include <ATen/core/Tensor.h>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "plugins/sam/sam.h"
#include "voxarena/core/hash.h"
#include "voxarena/core/json.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena::testing {

inline const Json& sam_golden() {
  static const Json json = read_json(VOXARENA_SOURCE_DIR "/tests/golden/sam/sam.json");
  return json;
}

// Shape, every n-th value, and the means of all values and of their squares.
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
}

inline std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& p : module.parameters()) count += p.numel();
  return count;
}

// Names and shapes of the released model's state dict, one a line, and its numbers of parameters.
inline void expect_table(const std::string& model) {
  const Json& expected = sam_golden()["tables"][model];
  const sam::Sam network(sam::preset(model));
  std::vector<std::string> lines;
  for (const auto& [name, tensor] : state_dict(network))
    lines.push_back(fmt::format("{} {}", name, fmt::join(tensor.sizes(), "x")));
  if (!expected["lines"].empty()) {
    EXPECT_EQ(lines, expected["lines"].get<std::vector<std::string>>());
  }
  EXPECT_EQ(lines.size(), expected["entries"].get<std::size_t>());
  EXPECT_EQ(sha256(fmt::format("{}", fmt::join(lines, "\n"))),
            expected["sha256"].get<std::string>());
  EXPECT_EQ(count_parameters(network), expected["parameters"].get<std::int64_t>());
  EXPECT_EQ(count_parameters(*network.image_encoder), expected["encoder"].get<std::int64_t>());
}

}  // namespace voxarena::testing
