#include "plugins/sam/layers.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/zeros.h>

namespace voxarena::sam {
Linear::Linear(std::int64_t in, std::int64_t out, bool with_bias)
    : weight(register_parameter("weight", nn::default_uniform({out, in}, in))) {
  if (with_bias) bias = register_parameter("bias", nn::default_uniform({out}, in));
}

at::Tensor Linear::forward(const at::Tensor& x) const {
  // Of a matrix, LibTorch adds the bias within the product.
  std::vector<std::int64_t> size = x.sizes().vec();
  size.back() = weight.size(0);
  return at::linear(x.reshape({-1, weight.size(1)}), weight, bias).view(size);
}

Convolution::Convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, Form form)
    : weight(
          register_parameter("weight", nn::default_uniform({out, in / form.groups, kernel, kernel},
                                                           in / form.groups * kernel * kernel))),
      stride_(form.stride),
      padding_(form.padding >= 0 ? form.padding : (form.stride == 1 ? kernel / 2 : 0)),
      groups_(form.groups) {
  if (form.bias) {
    bias =
        register_parameter("bias", nn::default_uniform({out}, in / form.groups * kernel * kernel));
  }
}

at::Tensor Convolution::forward(const at::Tensor& x) const {
  return at::conv2d(x, weight, bias, stride_, padding_, 1, groups_);
}

// LibTorch takes the second axis of a transposed convolution's weight for its inputs.
Doubling::Doubling(std::int64_t in, std::int64_t out)
    : weight(register_parameter("weight", nn::default_uniform({in, out, 2, 2}, out * 4))),
      bias(register_parameter("bias", nn::default_uniform({out}, out * 4))) {}

at::Tensor Doubling::forward(const at::Tensor& x) const {
  return at::conv_transpose2d(x, weight, bias, 2);
}

Embedding::Embedding(std::int64_t rows, std::int64_t dim)
    : weight(register_parameter("weight", at::randn({rows, dim}))) {}

at::Tensor activate(const at::Tensor& x, Activation kind) {
  return kind == Activation::relu ? at::relu(x) : at::gelu(x);
}

Mlp::Mlp(std::int64_t dim, std::int64_t hidden, Activation activation, MlpNames names)
    : activation_(activation),
      first_(std::make_shared<Linear>(dim, hidden)),
      second_(std::make_shared<Linear>(hidden, dim)) {
  if (names == MlpNames::lin) {
    register_module("lin1", first_);
    register_module("lin2", second_);
  } else {
    const auto layers = register_module("layers", std::make_shared<torch::nn::Module>());
    layers->register_module("0", first_);
    layers->register_module("1", second_);
  }
}

at::Tensor Mlp::forward(const at::Tensor& x) const {
  return second_->forward(activate(first_->forward(x), activation_));
}

HeadMlp::HeadMlp(std::int64_t in, std::int64_t hidden, std::int64_t out, int layers)
    : layers_(register_module("layers", std::make_shared<List<Linear>>())) {
  for (int i = 0; i < layers; ++i)
    layers_->add(i == 0 ? in : hidden, i == layers - 1 ? out : hidden);
}

at::Tensor HeadMlp::forward(at::Tensor x) const {
  for (std::size_t i = 0; i < layers_->size(); ++i)
    x = (*layers_)[i].forward(i == 0 ? x : at::relu(x));
  return x;
}

LayerNorm::LayerNorm(std::int64_t channels, double epsilon)
    : epsilon_(epsilon),
      weight_(register_parameter("weight", at::ones(channels))),
      bias_(register_parameter("bias", at::zeros(channels))) {}

at::Tensor LayerNorm::forward(const at::Tensor& x) const {
  return at::layer_norm(x, weight_.sizes(), weight_, bias_, epsilon_);
}

ChannelNorm::ChannelNorm(std::int64_t channels)
    : weight_(register_parameter("weight", at::ones(channels))),
      bias_(register_parameter("bias", at::zeros(channels))) {}

at::Tensor ChannelNorm::forward(const at::Tensor& x) const {
  constexpr double kEpsilon = 1e-6;
  return at::layer_norm(x.movedim(1, -1), weight_.sizes(), weight_, bias_, kEpsilon).movedim(-1, 1);
}

}  // namespace voxarena::sam
