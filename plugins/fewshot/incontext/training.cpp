#include "plugins/fewshot/incontext/training.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_addcdiv.h>
#include <ATen/ops/_foreach_addcmul.h>
#include <ATen/ops/_foreach_div.h>
#include <ATen/ops/_foreach_lerp.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_foreach_sqrt.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

#include "voxarena/core/error.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena::fewshot {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8, kWeightDecay = 0.01;
constexpr double kClipNorm = 1.0;

void put_all(TensorMap& state, const std::string& prefix, const TensorMap& tensors) {
  for (const auto& [name, tensor] : tensors) state[prefix + name] = tensor.contiguous();
}

TensorMap take_all(const TensorMap& state, const std::string& prefix) {
  TensorMap tensors;
  for (const auto& [name, tensor] : state) {
    if (name.starts_with(prefix)) tensors[name.substr(prefix.size())] = tensor;
  }
  return tensors;
}

TensorMap named(const InContextNetwork& network, const std::vector<at::Tensor>& tensors) {
  TensorMap map;
  const std::vector<std::string> names = parameter_names(network);
  for (std::size_t i = 0; i < names.size(); ++i) map[names[i]] = tensors[i];
  return map;
}

}  // namespace

std::shared_ptr<InContextNetwork> copy_of(const InContextNetwork& network) {
  auto copy = std::make_shared<InContextNetwork>();
  load_exactly(*copy, state_dict(network), "network");
  prepare_network(*copy, network.parameters().front().device().str());
  return copy;
}

at::Tensor mask_loss(const at::Tensor& logits, const at::Tensor& masks) {
  const at::Tensor shares = at::sigmoid(logits);
  const auto sum = [](const at::Tensor& x) { return x.sum(at::IntArrayRef{-3, -2, -1}); };
  const at::Tensor dice = (sum(shares * masks) * 2 + 1) / (sum(shares) + sum(masks) + 1);
  return at::binary_cross_entropy_with_logits(logits, masks) * 2 + 1 - dice.mean();
}

NetworkTrainer::NetworkTrainer(std::shared_ptr<InContextNetwork> network)
    : network_(std::move(network)), average_(copy_of(*network_)) {
  for (const at::Tensor& parameter : network_->parameters()) {
    first_.push_back(at::zeros_like(parameter.detach()));
    second_.push_back(at::zeros_like(parameter.detach()));
  }
}

void NetworkTrainer::step(const at::Tensor& loss, double learning_rate) {
  network_->zero_grad();
  loss.backward();
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> values = network_->parameters(), gradients;
  for (const at::Tensor& value : values) gradients.push_back(value.grad());
  const at::Tensor norm = at::stack(at::_foreach_norm(gradients)).norm();
  at::_foreach_mul_(gradients, (kClipNorm / (norm + 1e-6)).clamp_max(1.0));

  ++steps_;
  at::_foreach_mul_(values, 1 - learning_rate * kWeightDecay);
  at::_foreach_lerp_(first_, gradients, 1 - kBeta1);
  at::_foreach_mul_(second_, kBeta2);
  at::_foreach_addcmul_(second_, gradients, gradients, 1 - kBeta2);
  const auto steps = static_cast<double>(steps_);
  std::vector<at::Tensor> scale = at::_foreach_sqrt(second_);
  at::_foreach_div_(scale, std::sqrt(1 - std::pow(kBeta2, steps)));
  at::_foreach_add_(scale, kEpsilon);
  at::_foreach_addcdiv_(values, first_, scale, -learning_rate / (1 - std::pow(kBeta1, steps)));

  constexpr double kLongestMemory = 0.995;
  const double kept = std::min(kLongestMemory, (steps - 1) / (steps + 19));
  std::vector<at::Tensor> means = average_->parameters();
  at::_foreach_lerp_(means, values, 1 - kept);
}

TensorMap NetworkTrainer::state() const {
  TensorMap state;
  put_all(state, "network.", state_dict(*network_));
  put_all(state, "average.", state_dict(*average_));
  put_all(state, "first_moment.", named(*network_, first_));
  put_all(state, "second_moment.", named(*network_, second_));
  state["steps"] = at::scalar_tensor(steps_, at::kLong);
  return state;
}

void NetworkTrainer::load(const TensorMap& state, const std::string& source) {
  const auto steps = state.find("steps");
  if (steps == state.end())
    throw Error::input(source + ": is no checkpoint of this training", "remove it to start again");
  load_exactly(*network_, take_all(state, "network."), source);
  load_exactly(*average_, take_all(state, "average."), source);
  // Moments have the names and shapes of parameters; loading them checks both.
  const auto restore = [&](const std::string& prefix, std::vector<at::Tensor>& moments) {
    const auto holder = copy_of(*network_);
    load_exactly(*holder, take_all(state, prefix), source);
    const std::vector<at::Tensor> values = holder->parameters();
    for (std::size_t i = 0; i < moments.size(); ++i) moments[i].copy_(values[i].detach());
  };
  restore("first_moment.", first_);
  restore("second_moment.", second_);
  steps_ = steps->second.item<std::int64_t>();
}

}  // namespace voxarena::fewshot
