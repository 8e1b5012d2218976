// What the layers of several methods share. Tensors are images (B, C, ...) of two or three
// dimensions.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace voxarena::nn {

// Children named "0", "1", ...
template <class ModuleType>
class List : public torch::nn::Module {
 public:
  template <class... Arguments>
  ModuleType& add(Arguments&&... arguments) {
    const std::string name = std::to_string(items_.size());
    items_.push_back(
        register_module(name, std::make_shared<ModuleType>(std::forward<Arguments>(arguments)...)));
    return *items_.back();
  }
  std::size_t size() const { return items_.size(); }
  ModuleType& operator[](std::size_t i) const { return *items_[i]; }

 private:
  std::vector<std::shared_ptr<ModuleType>> items_;
};

// Uniform in ±1/sqrt(fan_in): PyTorch's default for weights and biases of linear and convolution
// layers.
at::Tensor default_uniform(at::IntArrayRef shape, std::int64_t fan_in);

// One group, dilation 1; `bias` may be undefined. Fast for a single small volume as well.
at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       at::IntArrayRef stride, at::IntArrayRef padding);

// Statistics of each image and channel alone; eps 1e-5. `weight` and `bias` (C), or undefined.
at::Tensor instance_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace voxarena::nn
