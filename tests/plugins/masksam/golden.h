// Golden numbers of tests/golden/masksam, and the formula that its weights and inputs come from.
#pragma once

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <torch/nn/module.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "voxarena/core/json.h"

namespace voxarena::masksam::testing {

using Shape = std::vector<std::int64_t>;

inline const Json& golden() {
  static const Json json = read_json(VOXARENA_SOURCE_DIR "/tests/golden/masksam/masksam.json");
  return json;
}

inline at::Tensor wave(double start, double step, const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return at::sin(at::arange(count, at::kDouble) * step + start).reshape(shape);
}

// FNV-1a of the name, in 0 ... 6.28.
inline double phase(const std::string& name) {
  std::uint32_t hash = 0x811C9DC5;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193U;
  return hash % 1000 * 0.00628;
}

// model.py's weight() for every parameter and buffer; `prefix` goes before the names.
inline void fill(torch::nn::Module& module, const std::string& prefix = "") {
  const at::NoGradGuard no_grad;
  const auto set = [&](const std::string& name, at::Tensor tensor) {
    const std::string full = prefix + name;
    const double rows = static_cast<double>(tensor.size(0)),
                 all = static_cast<double>(tensor.numel());
    const double scale = tensor.dim() > 1 ? std::max(0.1, std::sqrt(rows / all)) : 0.1;
    const double base = tensor.dim() == 1 && name.ends_with("weight") ? 1 : 0;
    tensor.copy_(wave(phase(full), 0.73, tensor.sizes().vec()) * scale + base);
  };
  for (const auto& parameter : module.named_parameters()) set(parameter.key(), parameter.value());
  for (const auto& buffer : module.named_buffers()) set(buffer.key(), buffer.value());
}

// `expected`: {shape, step, values}, every step-th element.
inline void expect_samples(const at::Tensor& found, const Json& expected, double tolerance,
                           const std::string& what) {
  ASSERT_EQ(found.sizes().vec(), expected["shape"].get<Shape>()) << what;
  const at::Tensor sampled =
      found.detach().to(at::kDouble).flatten().slice(0, 0, std::nullopt, expected["step"]);
  const at::Tensor reference =
      at::tensor(expected["values"].get<std::vector<double>>(), at::kDouble);
  EXPECT_LE((sampled - reference).abs().max().item<double>(), tolerance) << what;
}

// Analytic against numeric derivative of sum(f · wave) with respect to each parameter of `module`
// and to `input`, all in double, along one direction each.
template <class Function>
void expect_numeric_gradients(torch::nn::Module& module, at::Tensor input, const Function& f) {
  std::vector<at::Tensor> variables = module.parameters();
  input.set_requires_grad(true);
  variables.push_back(input);
  const auto value = [&] {
    const at::Tensor out = f(input);
    return (out * wave(0.3, 0.61, out.sizes().vec())).sum();
  };
  value().backward();
  constexpr double kStep = 1e-6;
  for (at::Tensor& variable : variables) {
    ASSERT_TRUE(variable.grad().defined());
    const at::Tensor direction = wave(0.9, 1.37, variable.sizes().vec());
    const double analytic = (variable.grad() * direction).sum().template item<double>();
    const at::NoGradGuard no_grad;
    variable += kStep * direction;
    const double above = value().template item<double>();
    variable -= 2 * kStep * direction;
    const double below = value().template item<double>();
    variable += kStep * direction;
    EXPECT_NEAR(analytic, (above - below) / (2 * kStep), 1e-5 * (1 + std::abs(analytic)));
  }
}

}  // namespace voxarena::masksam::testing
