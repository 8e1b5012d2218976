// Reads losses from the device every few steps only, and notices when one is not a number.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "voxarena/plugin/model.h"

namespace voxarena {

class LossMeter {
 public:
  // Error (internal) naming the iteration if the loss or the gradient's norm is not finite. It
  // comes with the next reading, up to `read_every` steps late.
  void add(std::int64_t iteration, const Loss& loss, const at::Tensor& gradient_norm,
           std::int64_t read_every);
  void read();

  double last() const { return last_; }  // loss of the latest step that was read
  double mean() const;
  std::vector<std::pair<std::string, double>> mean_terms() const;

 private:
  std::int64_t first_ = 0;           // iteration of waiting_[0]
  std::vector<at::Tensor> waiting_;  // (2 + terms) each: loss, gradient norm, terms
  std::vector<std::string> names_;
  std::vector<double> sums_;
  std::int64_t count_ = 0;
  double last_ = 0;
};

}  // namespace voxarena
