#include "voxarena/nn/layers.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/instance_norm.h>
#include <ATen/ops/mkldnn_convolution.h>

#include <cmath>

namespace voxarena::nn {
namespace {

// LibTorch sends a single small volume to a slow kernel, where two volumes would go to oneDNN.
bool wants_onednn(const at::Tensor& x) {
  return x.dim() == 5 && x.size(0) == 1 && x.is_cpu() && x.scalar_type() == at::kFloat &&
         !at::GradMode::is_enabled() && at::hasMKLDNN() && at::globalContext().userEnabledMkldnn();
}

}  // namespace

at::Tensor default_uniform(at::IntArrayRef shape, std::int64_t fan_in) {
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  return at::empty(shape).uniform_(-bound, bound);
}

at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       at::IntArrayRef stride, at::IntArrayRef padding) {
  const std::vector<std::int64_t> ones(stride.size(), 1), zeros(stride.size(), 0);
  if (wants_onednn(x))
    return at::mkldnn_convolution(x.contiguous(), weight, bias, padding, stride, ones, 1);
  return at::convolution(x, weight, bias, stride, padding, ones, false, zeros, 1);
}

at::Tensor instance_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  constexpr double kMomentum = 0, kEpsilon = 1e-5;
  return at::instance_norm(x, weight, bias, {}, {}, true, kMomentum, kEpsilon,
                           at::globalContext().userEnabledCuDNN());
}

}  // namespace voxarena::nn
