#include "voxarena/nn/losses.h"

#include <ATen/ops/clamp_min.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/softmax.h>
#include <torch/nn/functional/upsampling.h>

#include <numeric>

namespace voxarena::nn {
namespace {

// (B, ...) → float one-hot (B, K, ...) without class 0.
at::Tensor foreground_one_hot(const at::Tensor& target, std::int64_t classes, at::ScalarType type) {
  const at::Tensor hot = at::one_hot(target, classes).movedim(-1, 1);
  return hot.narrow(1, 1, classes - 1).to(type);
}

}  // namespace

at::Tensor soft_dice_loss(const at::Tensor& logits, const at::Tensor& target, bool batch_dice) {
  constexpr double kSmooth = 1e-5;
  const std::int64_t classes = logits.size(1);
  const at::Tensor probability = at::softmax(logits, 1, at::kFloat).narrow(1, 1, classes - 1);
  const at::Tensor reference = foreground_one_hot(target, classes, at::kFloat);

  std::vector<std::int64_t> space(static_cast<std::size_t>(logits.dim() - 2));
  std::iota(space.begin(), space.end(), 2);
  at::Tensor overlap = (probability * reference).sum(space);
  at::Tensor predicted = probability.sum(space);
  at::Tensor present = reference.sum(space);
  if (batch_dice) {
    overlap = overlap.sum(0);
    predicted = predicted.sum(0);
    present = present.sum(0);
  }
  return -((2 * overlap + kSmooth) / at::clamp_min(present + predicted + kSmooth, 1e-8)).mean();
}

at::Tensor DiceCrossEntropy::total() const { return dice + cross_entropy; }

DiceCrossEntropy dice_cross_entropy(const at::Tensor& logits, const at::Tensor& target, bool batch_dice) {
  return {soft_dice_loss(logits, target, batch_dice), at::cross_entropy_loss(logits, target)};
}

at::Tensor resize_target(const at::Tensor& target, at::IntArrayRef size) {
  if (target.sizes().slice(1) == size) return target;
  namespace functional = torch::nn::functional;
  // Interpolation has no integer kernels; class indices are exact in float32.
  const at::Tensor channel = target.unsqueeze(1).to(at::kFloat);
  return functional::interpolate(
             channel, functional::InterpolateFuncOptions().size(size.vec()).mode(torch::kNearestExact))
      .squeeze(1)
      .to(at::kLong);
}

std::vector<double> deep_supervision_weights(std::size_t count) {
  std::vector<double> weights(count);
  for (std::size_t i = 0; i < count; ++i) weights[i] = 1.0 / static_cast<double>(1ULL << i);
  if (count > 1) weights.back() = 0;
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

}  // namespace voxarena::nn
