// Size and work of a network, for the table of methods.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace voxarena {

class Model;

struct ModelCost {
  std::int64_t parameters = 0;          // all, shared ones once
  std::int64_t trained_parameters = 0;  // those that require a gradient
  double flops = 0;  // of one prediction: 2 per multiply-add of convolutions and matrix products
};

// Predicts one image of `shape`, (B, C, Z, Y, X) or (B, C, Y, X), on the model's device and counts
// what runs on the way: convolutions, matrix products and attention; normalisation and activations
// are left out, as is usual. Leaves the module in evaluation mode.
ModelCost measure_cost(Model& model, at::IntArrayRef shape);

}  // namespace voxarena
