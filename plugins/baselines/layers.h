// Convolution units of nnU-Net's networks, for images of two or three dimensions. Children carry
// the released code's names. Sizes are per axis, in the order of the image's axes.
#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <vector>

#include "voxarena/nn/layers.h"

namespace voxarena::baselines {

using nn::List;
using Sizes = std::vector<std::int64_t>;

// Padding (k - 1) / 2. Weights He-normal for a leaky ReLU of slope 0.01, biases 0.
class Convolution : public torch::nn::Module {
 public:
  Convolution(std::int64_t in, std::int64_t out, const Sizes& kernel, Sizes stride,
              bool with_bias = true);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
  Sizes stride_, padding_;
};

// Kernel = stride: grows every axis by that factor.
class TransposedConvolution : public torch::nn::Module {
 public:
  TransposedConvolution(std::int64_t in, std::int64_t out, Sizes stride);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
  Sizes stride_;
};

// Statistics of each image and channel alone; eps 1e-5, affine.
class InstanceNorm : public torch::nn::Module {
 public:
  explicit InstanceNorm(std::int64_t channels);
  at::Tensor forward(const at::Tensor& x) const;
  void zero();  // weight and bias 0: the unit's branch starts silent

 private:
  at::Tensor weight_, bias_;
};

at::Tensor activation(const at::Tensor& x);  // leaky ReLU of slope 0.01
at::Tensor activation_(at::Tensor x);        // in place

// conv → norm → leaky ReLU (left out with activate = false).
class ConvUnit : public torch::nn::Module {
 public:
  struct Form {
    bool bias = true;
    bool activate = true;
  };
  ConvUnit(std::int64_t in, std::int64_t out, const Sizes& kernel, const Sizes& stride,
           Form form = {true, true});
  at::Tensor forward(const at::Tensor& x) const;
  InstanceNorm& norm() { return *norm_; }

 private:
  bool activate_;
  std::shared_ptr<Convolution> conv_;
  std::shared_ptr<InstanceNorm> norm_;
};

// `count` units, the stride in the first.
class ConvStack : public torch::nn::Module {
 public:
  ConvStack(int count, std::int64_t in, std::int64_t out, const Sizes& kernel, const Sizes& stride);
  at::Tensor forward(at::Tensor x) const;

 private:
  std::shared_ptr<List<ConvUnit>> convs_;
};

}  // namespace voxarena::baselines
