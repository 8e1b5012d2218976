// Against LibTorch's own optimisers, step by step.
#include "training/optimizer.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>

#include "voxarena/core/error.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena {
namespace {

struct TwoLayers : torch::nn::Module {
  TwoLayers() {
    torch::manual_seed(3);
    first = register_module("first", torch::nn::Linear(4, 8));
    second = register_module("second", torch::nn::Linear(8, 2));
  }
  at::Tensor loss(std::int64_t step) {
    const at::Tensor x =
        torch::arange(12).reshape({3, 4}).to(torch::kFloat) * 0.1 + static_cast<double>(step);
    return second->forward(torch::tanh(first->forward(x))).square().sum();
  }
  torch::nn::Linear first{nullptr}, second{nullptr};
};

void expect_close(const torch::nn::Module& a, const torch::nn::Module& b, double tolerance) {
  for (const auto& [name, tensor] : state_dict(a)) {
    EXPECT_TRUE(torch::allclose(tensor, state_dict(b).at(name), 0, tolerance)) << name;
  }
}

Recipe recipe(const std::string& optimizer) {
  Recipe made;
  made.optimizer = optimizer;
  made.learning_rate = 0.003;
  made.weight_decay = 0.01;
  made.momentum = 0.9;
  made.clip_norm = 2;
  return made;
}

// Five steps of a LibTorch optimiser, with its own clipping.
template <class Reference>
void run_reference(TwoLayers& net, Reference& reference) {
  for (std::int64_t step = 0; step < 5; ++step) {
    reference.zero_grad();
    net.loss(step).backward();
    torch::nn::utils::clip_grad_norm_(net.parameters(), 2);
    reference.step();
  }
}

void run_ours(TwoLayers& net, Optimizer& optimizer, std::int64_t from, std::int64_t to) {
  for (std::int64_t step = from; step < to; ++step) {
    net.loss(step).backward();
    optimizer.step(0.003);
  }
}

TEST(Optimizer, SgdEqualsLibTorch) {
  TwoLayers ours, theirs;
  Optimizer optimizer(recipe("sgd"), ours);
  run_ours(ours, optimizer, 0, 5);
  torch::optim::SGD reference(
      theirs.parameters(),
      torch::optim::SGDOptions(0.003).momentum(0.9).weight_decay(0.01).nesterov(true));
  run_reference(theirs, reference);
  expect_close(ours, theirs, 1e-7);
}

TEST(Optimizer, AdamWEqualsLibTorch) {
  TwoLayers ours, theirs;
  Optimizer optimizer(recipe("adamw"), ours);
  run_ours(ours, optimizer, 0, 5);
  torch::optim::AdamW reference(theirs.parameters(),
                                torch::optim::AdamWOptions(0.003).weight_decay(0.01));
  run_reference(theirs, reference);
  expect_close(ours, theirs, 1e-6);
}

TEST(Optimizer, ReturnsTheNormBeforeClippingAndDropsTheGradients) {
  TwoLayers net;
  Optimizer optimizer(recipe("sgd"), net);
  net.loss(0).backward();
  double squares = 0;
  for (const at::Tensor& p : net.parameters()) squares += p.grad().square().sum().item<double>();
  EXPECT_NEAR(optimizer.step(0.003).item<double>(), std::sqrt(squares), 1e-3);
  for (const at::Tensor& p : net.parameters()) EXPECT_FALSE(p.grad().defined());
}

TEST(Optimizer, GoesOnFromASavedStateBitForBit) {
  for (const char* name : {"sgd", "adamw"}) {
    TwoLayers straight, halved;
    Optimizer whole(recipe(name), straight), before(recipe(name), halved),
        after(recipe(name), halved);
    run_ours(straight, whole, 0, 6);
    run_ours(halved, before, 0, 3);
    after.load(before.state(), "test");
    run_ours(halved, after, 3, 6);
    for (const auto& [parameter, tensor] : state_dict(straight)) {
      EXPECT_TRUE(torch::equal(tensor, state_dict(halved).at(parameter)))
          << name << " " << parameter;
    }
  }
}

TEST(Optimizer, LeavesFrozenParametersAlone) {
  TwoLayers net;
  net.first->weight.set_requires_grad(false);
  const at::Tensor before = net.first->weight.clone();
  Optimizer optimizer(recipe("sgd"), net);
  run_ours(net, optimizer, 0, 2);
  EXPECT_TRUE(torch::equal(net.first->weight, before));
  EXPECT_FALSE(optimizer.state().contains("momentum.first.weight"));
}

TEST(Optimizer, SaysWhatItCannotDo) {
  TwoLayers net;
  EXPECT_THROW(Optimizer(recipe("adagrad"), net), Error);
  Optimizer sgd(recipe("sgd"), net), adamw(recipe("adamw"), net);
  EXPECT_THROW(sgd.load(adamw.state(), "checkpoint"), Error);
  EXPECT_THROW(sgd.step(0.1), Error) << "no gradient anywhere";
  for (at::Tensor& p : net.parameters()) p.set_requires_grad(false);
  EXPECT_THROW(Optimizer(recipe("sgd"), net), Error);
}

}  // namespace
}  // namespace voxarena
