#include "training/loss_meter.h"

#include <ATen/ops/stack.h>
#include <fmt/core.h>

#include <cmath>

#include "voxarena/core/error.h"

namespace voxarena {

void LossMeter::add(std::int64_t iteration, const Loss& loss, const at::Tensor& gradient_norm,
                    std::int64_t read_every) {
  std::vector<at::Tensor> row{loss.total, gradient_norm};
  if (count_ == 0 && waiting_.empty()) {
    for (const auto& [name, value] : loss.terms) names_.push_back(name);
    sums_.assign(row.size() + names_.size(), 0.0);
  }
  for (const auto& [name, value] : loss.terms) row.push_back(value);
  if (row.size() != sums_.size())
    throw Error::internal("the method's loss has not the same terms in every iteration");
  for (at::Tensor& value : row) value = value.detach().to(at::kFloat).reshape({});
  if (waiting_.empty()) first_ = iteration;
  waiting_.push_back(at::stack(row));
  if (std::ssize(waiting_) >= read_every) read();
}

void LossMeter::read() {
  if (waiting_.empty()) return;
  const at::Tensor rows = at::stack(waiting_).cpu();
  waiting_.clear();
  const auto values = rows.accessor<float, 2>();
  for (std::int64_t i = 0; i < rows.size(0); ++i) {
    for (std::int64_t column = 0; column < 2; ++column) {
      if (std::isfinite(values[i][column])) continue;
      throw Error::internal(
          fmt::format("{} is {} in iteration {}",
                      column == 0 ? "the loss" : "the norm of the gradient", values[i][column],
                      first_ + i),
          "look for extreme values in the images, or lower the method's learning rate");
    }
    for (std::size_t column = 0; column < sums_.size(); ++column) {
      sums_[column] += static_cast<double>(values[i][static_cast<std::int64_t>(column)]);
    }
    last_ = static_cast<double>(values[i][0]);
  }
  count_ += rows.size(0);
}

double LossMeter::mean() const { return count_ == 0 ? 0 : sums_[0] / static_cast<double>(count_); }

std::vector<std::pair<std::string, double>> LossMeter::mean_terms() const {
  std::vector<std::pair<std::string, double>> terms;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    terms.emplace_back(names_[i], sums_[i + 2] / static_cast<double>(count_));
  }
  return terms;
}

}  // namespace voxarena
