// One way of training for both: pre-training on synthetic tasks and adapting to the supports.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "plugins/fewshot/incontext/network.h"
#include "voxarena/weights/safetensors.h"

namespace voxarena::fewshot {

// A copy with its own memory.
std::shared_ptr<InContextNetwork> copy_of(const InContextNetwork& network);

// Binary cross-entropy and Dice of logits (..., 1, side, side) with masks of the same shape.
at::Tensor mask_loss(const at::Tensor& logits, const at::Tensor& masks);

// AdamW (Loshchilov and Hutter, ICLR 2019) with clipped gradients and a running average of the
// weights, which is what predicts best.
class NetworkTrainer {
 public:
  explicit NetworkTrainer(std::shared_ptr<InContextNetwork> network);

  InContextNetwork& network() { return *network_; }
  InContextNetwork& average() { return *average_; }
  std::int64_t steps() const { return steps_; }

  // One step against the gradient of `loss`.
  void step(const at::Tensor& loss, double learning_rate);

  // Everything that the next step depends on.
  TensorMap state() const;
  // Error (input) naming `source` if a tensor is missing or does not fit.
  void load(const TensorMap& state, const std::string& source);

 private:
  std::shared_ptr<InContextNetwork> network_, average_;
  std::vector<at::Tensor> first_, second_;  // moments, in the order of the parameters
  std::int64_t steps_ = 0;
};

}  // namespace voxarena::fewshot
