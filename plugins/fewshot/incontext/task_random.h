// Random tensors of one step, and smooth noise from them.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "voxarena/core/random.h"

namespace voxarena::fewshot {

// A stream of (seed, step), on the CPU.
class TaskRandom {
 public:
  TaskRandom(std::uint64_t seed, std::uint64_t step);

  at::Tensor uniform(const std::vector<std::int64_t>& shape);  // float32, [0, 1)
  at::Tensor normal(const std::vector<std::int64_t>& shape);
  // int64, both ends included.
  at::Tensor integers(std::int64_t low, std::int64_t high, const std::vector<std::int64_t>& shape);
  std::int64_t integer(std::int64_t low, std::int64_t high) { return numbers_.integer(low, high); }
  bool chance(double probability) { return numbers_.chance(probability); }
  // One index for each row of weights (rows, n).
  at::Tensor choice(const at::Tensor& weights);

 private:
  CounterRandom numbers_;
  at::Generator generator_;
};

// (N, C, h, w) → (N, C, side, side), bicubic.
at::Tensor enlarged(const at::Tensor& x, std::int64_t side);

}  // namespace voxarena::fewshot
