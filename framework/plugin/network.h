// The base of patch networks, and the model that trains one with the protocol's loss.
#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <utility>
#include <vector>

#include "voxarena/plugin/model.h"

namespace voxarena {

class Network : public torch::nn::Module {
 public:
  // (B, C, Z, Y, X) → logits (B, K, Z, Y, X); without Z for a 2-D plan.
  virtual at::Tensor forward(const at::Tensor& x) = 0;
  // Logits at several resolutions, the full one first; the protocol's loss supervises all of them.
  virtual std::vector<at::Tensor> forward_scales(const at::Tensor& x) { return {forward(x)}; }
};

// Protocol loss (Dice + cross entropy with deep supervision) and protocol optimiser around a
// network.
std::unique_ptr<Model> make_model(std::shared_ptr<Network> network);

template <class NetworkType, class... Arguments>
std::unique_ptr<Model> model(Arguments&&... arguments) {
  return make_model(std::make_shared<NetworkType>(std::forward<Arguments>(arguments)...));
}

}  // namespace voxarena
