#include "plugins/baselines/layers.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <torch/nn/init.h>

namespace voxarena::baselines {
namespace {

constexpr double kSlope = 0.01;

at::Tensor he_normal(std::int64_t first, std::int64_t second, const Sizes& kernel) {
  Sizes shape{first, second};
  shape.insert(shape.end(), kernel.begin(), kernel.end());
  return torch::nn::init::kaiming_normal_(at::empty(shape), kSlope, torch::kFanIn,
                                          torch::kLeakyReLU);
}

}  // namespace

Convolution::Convolution(std::int64_t in, std::int64_t out, const Sizes& kernel, Sizes stride,
                         bool with_bias)
    : weight_(register_parameter("weight", he_normal(out, in, kernel))),
      stride_(std::move(stride)) {
  if (with_bias) bias_ = register_parameter("bias", at::zeros(out));
  for (const std::int64_t k : kernel) padding_.push_back((k - 1) / 2);
}

at::Tensor Convolution::forward(const at::Tensor& x) const {
  return nn::convolution(x, weight_, bias_, stride_, padding_);
}

TransposedConvolution::TransposedConvolution(std::int64_t in, std::int64_t out, Sizes stride)
    : weight_(register_parameter("weight", he_normal(in, out, stride))),
      bias_(register_parameter("bias", at::zeros(out))),
      stride_(std::move(stride)) {}

at::Tensor TransposedConvolution::forward(const at::Tensor& x) const {
  const Sizes none(stride_.size(), 0), ones(stride_.size(), 1);
  return at::convolution(x, weight_, bias_, stride_, none, ones, true, none, 1);
}

InstanceNorm::InstanceNorm(std::int64_t channels)
    : weight_(register_parameter("weight", at::ones(channels))),
      bias_(register_parameter("bias", at::zeros(channels))) {}

at::Tensor InstanceNorm::forward(const at::Tensor& x) const {
  return nn::instance_norm(x, weight_, bias_);
}

void InstanceNorm::zero() {
  const at::NoGradGuard no_grad;
  weight_.zero_();
}

at::Tensor activation(const at::Tensor& x) { return at::leaky_relu(x, kSlope); }

at::Tensor activation_(at::Tensor x) { return at::leaky_relu_(x, kSlope); }

ConvUnit::ConvUnit(std::int64_t in, std::int64_t out, const Sizes& kernel, const Sizes& stride,
                   Form form)
    : activate_(form.activate),
      conv_(register_module("conv",
                            std::make_shared<Convolution>(in, out, kernel, stride, form.bias))),
      norm_(register_module("norm", std::make_shared<InstanceNorm>(out))) {}

at::Tensor ConvUnit::forward(const at::Tensor& x) const {
  const at::Tensor y = norm_->forward(conv_->forward(x));
  return activate_ ? activation_(y) : y;
}

ConvStack::ConvStack(int count, std::int64_t in, std::int64_t out, const Sizes& kernel,
                     const Sizes& stride)
    : convs_(register_module("convs", std::make_shared<List<ConvUnit>>())) {
  const Sizes unit_stride(kernel.size(), 1);
  for (int i = 0; i < count; ++i)
    convs_->add(i == 0 ? in : out, out, kernel, i == 0 ? stride : unit_stride);
}

at::Tensor ConvStack::forward(at::Tensor x) const {
  for (std::size_t i = 0; i < convs_->size(); ++i) x = (*convs_)[i].forward(x);
  return x;
}

}  // namespace voxarena::baselines
