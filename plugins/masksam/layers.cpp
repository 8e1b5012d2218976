#include "plugins/masksam/layers.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "voxarena/nn/layers.h"

namespace voxarena::masksam {
Convolution::Convolution(std::int64_t in, std::int64_t out, const Sizes& kernel, bool bias)
    : padding_{kernel[0] / 2, kernel[1] / 2, kernel[2] / 2} {
  const std::int64_t fan_in = in * kernel[0] * kernel[1] * kernel[2];
  weight_ = register_parameter(
      "weight", nn::default_uniform({out, in, kernel[0], kernel[1], kernel[2]}, fan_in));
  if (bias) bias_ = register_parameter("bias", nn::default_uniform({out}, fan_in));
}

at::Tensor Convolution::forward(const at::Tensor& x) const {
  return nn::convolution(x, weight_, bias_, {1, 1, 1}, padding_);
}

Upsampling::Upsampling(std::int64_t in, std::int64_t out)
    : weight_(register_parameter("weight", nn::default_uniform({in, out, 1, 2, 2}, 4 * out))),
      bias_(register_parameter("bias", nn::default_uniform({out}, 4 * out))) {}

// Kernel and stride agree, so every voxel is one matrix product away from its 2 x 2 successors.
at::Tensor Upsampling::forward(const at::Tensor& x) const {
  const std::int64_t b = x.size(0), t = x.size(2), h = x.size(3), w = x.size(4);
  const std::int64_t out = weight_.size(1);
  const at::Tensor corners = at::matmul(weight_.flatten(1).t(), x.flatten(2));  // (B, out 2 2, THW)
  const at::Tensor y = corners.view({b, out, 2, 2, t, h, w})
                           .permute({0, 1, 4, 5, 2, 6, 3})
                           .reshape({b, out, t, 2 * h, 2 * w});
  return y + bias_.view({-1, 1, 1, 1});
}

InstanceNorm::InstanceNorm(std::int64_t channels, bool affine) {
  if (!affine) return;
  weight_ = register_parameter("weight", at::ones(channels));
  bias_ = register_parameter("bias", at::zeros(channels));
}

at::Tensor InstanceNorm::forward(const at::Tensor& x) const {
  return nn::instance_norm(x, weight_, bias_);
}

ConvBlock::ConvBlock(std::int64_t in, std::int64_t out, const Sizes& kernel)
    : conv_(register_module("conv", std::make_shared<Convolution>(in, out, kernel))),
      norm_(register_module("norm", std::make_shared<InstanceNorm>(out, true))) {}

at::Tensor ConvBlock::forward(const at::Tensor& x) const {
  constexpr double kSlope = 0.01;
  at::Tensor y = norm_->forward(conv_->forward(x));
  return at::leaky_relu_(y, kSlope);
}

UpsamplingBlock::UpsamplingBlock(std::int64_t in, std::int64_t out)
    : up_(register_module("up", std::make_shared<Upsampling>(in, out))),
      norm_(register_module("norm", std::make_shared<InstanceNorm>(out, false))) {}

at::Tensor UpsamplingBlock::forward(const at::Tensor& x) const {
  return at::gelu(norm_->forward(up_->forward(x)));
}

}  // namespace voxarena::masksam
