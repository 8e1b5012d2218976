#include "training/online_validation.h"

#include <ATen/ops/argmax.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>

namespace voxarena {

void OnlineDice::add(const at::Tensor& logits, const at::Tensor& target) {
  const std::int64_t classes = logits.size(1);
  if (!counts_.defined()) counts_ = at::zeros({classes, classes}, target.options());
  const at::Tensor cell = (target * classes + logits.argmax(1)).flatten();
  counts_.view(-1).scatter_add_(0, cell, at::ones_like(cell));
}

std::vector<double> OnlineDice::per_class() const {
  std::vector<double> dice;
  if (!counts_.defined()) return dice;
  const at::Tensor counts = counts_.cpu();
  const at::Tensor targets = counts.sum(1), predictions = counts.sum(0);
  for (std::int64_t k = 1; k < counts.size(0); ++k) {
    const auto sizes =
        static_cast<double>(targets[k].item<std::int64_t>() + predictions[k].item<std::int64_t>());
    const auto hits = static_cast<double>(counts[k][k].item<std::int64_t>());
    dice.push_back(sizes > 0 ? 2 * hits / sizes : std::numeric_limits<double>::quiet_NaN());
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
