// SGD with Nesterov momentum and AdamW, as in LibTorch, with a state that can be saved by parameter
// name and without waiting for the device.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "voxarena/plugin/model.h"
#include "voxarena/weights/safetensors.h"

namespace torch::nn {
class Module;
}

namespace voxarena {

class Optimizer {
 public:
  // Takes the parameters of `module` that require a gradient, each once. Error (internal) if there
  // are none or if the recipe names an unknown optimizer.
  Optimizer(const Recipe& recipe, const torch::nn::Module& module);

  // Clips the gradients to the recipe's global L2 norm, updates every parameter that has one, and
  // drops them. Returns the norm before clipping, a scalar on the parameters' device.
  at::Tensor step(double learning_rate);

  // "momentum.<parameter>", or "exp_avg.<parameter>", "exp_avg_sq.<parameter>" and "step"; shares
  // memory.
  TensorMap state() const;
  // Error (input) naming `source` if names or shapes differ.
  void load(const TensorMap& state, const std::string& source);

 private:
  struct Parameter {
    std::string name;
    at::Tensor value, first, second;  // moments; SGD has no second
  };
  void sgd_step(double learning_rate, std::vector<at::Tensor>& gradients,
                const std::vector<Parameter*>& active);
  void adamw_step(double learning_rate, std::vector<at::Tensor>& gradients,
                  const std::vector<Parameter*>& active);

  Recipe recipe_;
  bool adamw_;
  std::int64_t steps_ = 0;
  std::vector<Parameter> parameters_;
};

}  // namespace voxarena
