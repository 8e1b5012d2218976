#include "training/online_validation.h"

#include <ATen/ops/argmax.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace voxarena {
namespace {

struct Counted {
  at::Tensor hits, sizes;
};

Counted count_classes(const at::Tensor& logits, const at::Tensor& target) {
  const std::int64_t classes = logits.size(1);
  // Rows: target, the last one an ignore label, which follows the classes; columns: prediction.
  at::Tensor counts = at::zeros({classes + 1, classes}, target.options());
  const at::Tensor cell = (target * classes + logits.argmax(1)).flatten();
  counts.view(-1).scatter_add_(0, cell, at::ones_like(cell));
  counts = counts.narrow(0, 0, classes);
  const auto foreground = [&](const at::Tensor& t) { return t.narrow(0, 1, classes - 1); };
  return {foreground(counts.diagonal()), foreground(counts.sum(0) + counts.sum(1))};
}

Counted count_regions(const at::Tensor& logits, const at::Tensor& target,
                      const nn::TargetRules& rules) {
  at::Tensor predicted = logits.gt(0), reference = nn::region_target(target, rules);
  if (const at::Tensor counts = nn::counting_voxels(target, rules); counts.defined()) {
    predicted = predicted.logical_and(counts);
    reference = reference.logical_and(counts);
  }
  std::vector<std::int64_t> but_regions(static_cast<std::size_t>(logits.dim() - 1));
  std::iota(but_regions.begin(), but_regions.end(), 1);
  but_regions.front() = 0;
  return {predicted.logical_and(reference).sum(but_regions),
          predicted.sum(but_regions) + reference.sum(but_regions)};
}

}  // namespace

void OnlineDice::add(const at::Tensor& logits, const at::Tensor& target,
                     const nn::TargetRules& rules) {
  const Counted now =
      rules.has_regions() ? count_regions(logits, target, rules) : count_classes(logits, target);
  hits_ = hits_.defined() ? hits_ + now.hits : now.hits;
  sizes_ = sizes_.defined() ? sizes_ + now.sizes : now.sizes;
}

std::vector<double> OnlineDice::per_class() const {
  std::vector<double> dice;
  if (!hits_.defined()) return dice;
  const at::Tensor hits = hits_.cpu(), sizes = sizes_.cpu();
  for (std::int64_t k = 0; k < hits.size(0); ++k) {
    const auto size = static_cast<double>(sizes[k].item<std::int64_t>());
    const auto hit = static_cast<double>(hits[k].item<std::int64_t>());
    dice.push_back(size > 0 ? 2 * hit / size : std::numeric_limits<double>::quiet_NaN());
  }
  return dice;
}

double mean_of_seen(const std::vector<double>& dice) {
  double sum = 0;
  int seen = 0;
  for (const double value : dice) {
    if (std::isnan(value)) continue;
    sum += value;
    ++seen;
  }
  return seen > 0 ? sum / seen : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace voxarena
