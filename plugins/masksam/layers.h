// Convolution units of the stem, the prompt generator and the mask head. Volumes are (B, C, T, H,
// W), T the slices; upsampling never touches T. Initialised as PyTorch does by default.
#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <vector>

namespace voxarena::masksam {

using Sizes = std::vector<std::int64_t>;

// Padding keeps the size; kernel (t, h, w) of odd entries.
class Convolution : public torch::nn::Module {
 public:
  Convolution(std::int64_t in, std::int64_t out, const Sizes& kernel, bool bias = true);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
  Sizes padding_;
};

// Transposed convolution with kernel = stride = (1, 2, 2) and a bias.
class Upsampling : public torch::nn::Module {
 public:
  Upsampling(std::int64_t in, std::int64_t out);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
};

// Over (T, H, W) of each image and channel; eps 1e-5.
class InstanceNorm : public torch::nn::Module {
 public:
  InstanceNorm(std::int64_t channels, bool affine);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
};

// Convolution → instance norm (affine) → leaky ReLU of slope 0.01: nnU-Net's unit.
class ConvBlock : public torch::nn::Module {
 public:
  ConvBlock(std::int64_t in, std::int64_t out, const Sizes& kernel);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  std::shared_ptr<Convolution> conv_;
  std::shared_ptr<InstanceNorm> norm_;
};

// Upsampling → instance norm (not affine) → GELU.
class UpsamplingBlock : public torch::nn::Module {
 public:
  UpsamplingBlock(std::int64_t in, std::int64_t out);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  std::shared_ptr<Upsampling> up_;
  std::shared_ptr<InstanceNorm> norm_;
};

}  // namespace voxarena::masksam
