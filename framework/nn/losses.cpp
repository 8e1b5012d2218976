#include "voxarena/nn/losses.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/clamp_min.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/div.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <numeric>

namespace voxarena::nn {
namespace {

// (B, ...) → one-hot (B, K, ...) without class 0, one byte a voxel and class.
at::Tensor foreground_one_hot(const at::Tensor& target, at::IntArrayRef logits_size) {
  const at::Tensor hot = at::zeros(logits_size, target.options().dtype(at::kBool));
  return hot.scatter_(1, target.unsqueeze(1), true).narrow(1, 1, logits_size[1] - 1);
}

// What is compared: float32 and bool (B, C, ...), C foreground classes or regions.
struct Comparison {
  at::Tensor probability, reference;
};

Comparison compare(const at::Tensor& logits, const at::Tensor& target, const at::Tensor& counts,
                   const TargetRules& rules) {
  if (rules.has_regions())
    return {at::sigmoid(logits.to(at::kFloat)), region_target(target, rules)};
  // The class of voxels that do not count plays no role, but there must be one.
  const at::Tensor classes = counts.defined() ? target * counts.squeeze(1) : target;
  return {at::softmax(logits, 1, at::kFloat).narrow(1, 1, logits.size(1) - 1),
          foreground_one_hot(classes, logits.sizes())};
}

// Mean over the voxels that count; 0 if there is none.
at::Tensor cross_entropy_of_classes(const at::Tensor& logits, const at::Tensor& target,
                                    const at::Tensor& counts, const TargetRules& rules) {
  if (!counts.defined()) return at::cross_entropy_loss(logits, target);
  const at::Tensor sum =
      at::cross_entropy_loss(logits, target, {}, at::Reduction::Sum, *rules.ignore);
  return sum / at::clamp_min(counts.sum(), 1);
}

at::Tensor cross_entropy_of_regions(const at::Tensor& logits, const at::Tensor& target,
                                    const at::Tensor& counts, const TargetRules& rules) {
  const at::Tensor each = at::binary_cross_entropy_with_logits(
      logits.to(at::kFloat), region_target(target, rules).to(at::kFloat), {}, {},
      at::Reduction::None);
  if (!counts.defined()) return each.mean();
  return (each * counts).sum() / at::clamp_min(counts.sum(), 1);
}

}  // namespace

at::Tensor soft_dice_loss(const at::Tensor& logits, const at::Tensor& target, bool batch_dice,
                          const TargetRules& rules) {
  constexpr double kSmooth = 1e-5;
  const at::Tensor counts = counting_voxels(target, rules);
  auto [probability, reference] = compare(logits, target, counts, rules);
  if (counts.defined()) {
    probability = probability * counts;
    reference = reference.logical_and(counts);
  }

  std::vector<std::int64_t> space(static_cast<std::size_t>(logits.dim() - 2));
  std::iota(space.begin(), space.end(), 2);
  at::Tensor overlap = (probability * reference).sum(space);
  at::Tensor predicted = probability.sum(space);
  at::Tensor present = reference.sum(space, false, at::kFloat);
  if (batch_dice) {
    overlap = overlap.sum(0);
    predicted = predicted.sum(0);
    present = present.sum(0);
  }
  return -((2 * overlap + kSmooth) / at::clamp_min(present + predicted + kSmooth, 1e-8)).mean();
}

at::Tensor DiceCrossEntropy::total() const { return dice + cross_entropy; }

DiceCrossEntropy dice_cross_entropy(const at::Tensor& logits, const at::Tensor& target,
                                    bool batch_dice, const TargetRules& rules) {
  const at::Tensor counts = counting_voxels(target, rules);
  return {soft_dice_loss(logits, target, batch_dice, rules),
          rules.has_regions() ? cross_entropy_of_regions(logits, target, counts, rules)
                              : cross_entropy_of_classes(logits, target, counts, rules)};
}

at::Tensor resize_target(const at::Tensor& target, at::IntArrayRef size) {
  if (target.sizes().slice(1) == size) return target;
  // Voxel i of the new grid has its centre in voxel floor((i + 1/2) old / new) of the old one.
  at::Tensor resized = target;
  for (std::int64_t axis = 1; axis < target.dim(); ++axis) {
    const std::int64_t from = target.size(axis), to = size[static_cast<std::size_t>(axis - 1)];
    const at::Tensor centres = at::arange(to, target.options()) * 2 + 1;
    resized = resized.index_select(axis, (centres * from).div(2 * to, "floor"));
  }
  return resized;
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
