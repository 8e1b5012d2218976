#include "training/optimizer.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <fmt/core.h>
#include <torch/nn/module.h>

#include <cmath>
#include <set>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;  // AdamW, LibTorch's defaults

// Scales the gradients by min(1, limit / norm), all on the device.
at::Tensor clip(std::vector<at::Tensor>& gradients, double limit) {
  const at::Tensor norm = at::stack(at::_foreach_norm(gradients)).norm();
  at::_foreach_mul_(gradients, at::clamp_max(limit / (norm + 1e-6), 1.0));
  return norm;
}

template <class Member>
std::vector<at::Tensor> collect(const std::vector<Member*>& active, at::Tensor Member::*field) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(active.size());
  for (const Member* item : active) tensors.push_back(item->*field);
  return tensors;
}

}  // namespace

Optimizer::Optimizer(const Recipe& recipe, const torch::nn::Module& module)
    : recipe_(recipe), adamw_(recipe.optimizer == "adamw") {
  if (!adamw_ && recipe.optimizer != "sgd") {
    throw Error::internal(
        fmt::format("the method's recipe names an unknown optimizer '{}'", recipe.optimizer),
        "known are 'sgd' and 'adamw'");
  }
  std::set<const c10::TensorImpl*> seen;  // parameters may be shared between modules
  for (const auto& item : module.named_parameters()) {
    const at::Tensor& value = item.value();
    if (!value.requires_grad() || !seen.insert(value.unsafeGetTensorImpl()).second) continue;
    const at::Tensor zeros = at::zeros_like(value.detach());
    parameters_.push_back({item.key(), value, zeros, adamw_ ? zeros.clone() : at::Tensor()});
  }
  if (parameters_.empty())
    throw Error::internal("the method's network has no parameter that can be trained");
}

at::Tensor Optimizer::step(double learning_rate) {
  const torch::NoGradGuard no_grad;
  std::vector<Parameter*> active;
  std::vector<at::Tensor> gradients;
  for (Parameter& parameter : parameters_) {
    if (!parameter.value.grad().defined()) continue;
    active.push_back(&parameter);
    gradients.push_back(parameter.value.grad());
  }
  if (active.empty()) throw Error::internal("the method's loss depends on no trained parameter");
  const at::Tensor norm = clip(gradients, recipe_.clip_norm);
  ++steps_;
  adamw_ ? adamw_step(learning_rate, gradients, active)
         : sgd_step(learning_rate, gradients, active);
  for (Parameter* parameter : active) parameter->value.mutable_grad().reset();
  return norm;
}

void Optimizer::sgd_step(double learning_rate, std::vector<at::Tensor>& gradients,
                         const std::vector<Parameter*>& active) {
  std::vector<at::Tensor> values = collect(active, &Parameter::value);
  std::vector<at::Tensor> momentum = collect(active, &Parameter::first);
  if (recipe_.weight_decay != 0) at::_foreach_add_(gradients, values, recipe_.weight_decay);
  at::_foreach_mul_(momentum, recipe_.momentum);
  at::_foreach_add_(momentum, gradients);
  at::_foreach_add_(gradients, momentum,
                    recipe_.momentum);  // Nesterov: look ahead along the new velocity
  at::_foreach_add_(values, gradients, -learning_rate);
}

void Optimizer::adamw_step(double learning_rate, std::vector<at::Tensor>& gradients,
                           const std::vector<Parameter*>& active) {
  std::vector<at::Tensor> values = collect(active, &Parameter::value);
  std::vector<at::Tensor> mean = collect(active, &Parameter::first);
  std::vector<at::Tensor> square = collect(active, &Parameter::second);
  at::_foreach_mul_(values, 1 - learning_rate * recipe_.weight_decay);
  at::_foreach_mul_(mean, kBeta1);
  at::_foreach_add_(mean, gradients, 1 - kBeta1);
  at::_foreach_mul_(square, kBeta2);
  at::_foreach_addcmul_(square, gradients, gradients, 1 - kBeta2);
  const auto steps = static_cast<double>(steps_);
  std::vector<at::Tensor> scale = at::_foreach_sqrt(square);
  at::_foreach_div_(scale, std::sqrt(1 - std::pow(kBeta2, steps)));
  at::_foreach_add_(scale, kEpsilon);
  at::_foreach_addcdiv_(values, mean, scale, -learning_rate / (1 - std::pow(kBeta1, steps)));
}

TensorMap Optimizer::state() const {
  TensorMap state;
  for (const Parameter& parameter : parameters_) {
    state[(adamw_ ? "exp_avg." : "momentum.") + parameter.name] = parameter.first;
    if (adamw_) state["exp_avg_sq." + parameter.name] = parameter.second;
  }
  if (adamw_) state["step"] = at::scalar_tensor(steps_, at::kLong);
  return state;
}

void Optimizer::load(const TensorMap& given, const std::string& source) {
  TensorMap own = state();
  for (const auto& [name, tensor] : own) {
    const auto found = given.find(name);
    if (found == given.end() || found->second.sizes() != tensor.sizes() ||
        given.size() != own.size()) {
      throw Error::input(fmt::format("{}: the optimizer's state does not fit: '{}'", source, name),
                         "the file was made by another method or recipe; delete it to train anew");
    }
  }
  for (auto& [name, tensor] : own) tensor.copy_(given.at(name));
  if (adamw_) steps_ = given.at("step").item<std::int64_t>();
}

}  // namespace voxarena
