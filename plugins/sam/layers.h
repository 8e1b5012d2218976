// Small layers whose children carry the released code's names.
#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <vector>

#include "voxarena/nn/layers.h"

namespace voxarena::sam {

using nn::List;

// Parameters start as LibTorch's own layers of these names do.
class Linear : public torch::nn::Module {
 public:
  Linear(std::int64_t in, std::int64_t out, bool with_bias = true);
  at::Tensor forward(const at::Tensor& x) const;  // (..., in) → (..., out)

  at::Tensor weight, bias;  // (out, in), (out)
};

struct ConvolutionForm {
  std::int64_t stride = 1;
  bool bias = true;
  std::int64_t padding = -1;  // -1: as much as keeps the size if the stride is 1, else none
  std::int64_t groups = 1;
};

// Of images (N, C, H, W).
class Convolution : public torch::nn::Module {
 public:
  using Form = ConvolutionForm;
  Convolution(std::int64_t in, std::int64_t out, std::int64_t kernel, Form form = {});
  at::Tensor forward(const at::Tensor& x) const;

  at::Tensor weight, bias;

 private:
  std::int64_t stride_, padding_, groups_;
};

// Kernel = stride = 2: doubles height and width.
class Doubling : public torch::nn::Module {
 public:
  Doubling(std::int64_t in, std::int64_t out);
  at::Tensor forward(const at::Tensor& x) const;

  at::Tensor weight, bias;
};

// Learned vectors, drawn from N(0, 1).
class Embedding : public torch::nn::Module {
 public:
  Embedding(std::int64_t rows, std::int64_t dim);

  at::Tensor weight;  // (rows, dim)
};

enum class Activation : std::uint8_t { relu, gelu };  // gelu: exact (erf)
at::Tensor activate(const at::Tensor& x, Activation kind);

// What the two layers of an Mlp are called: "lin1" and "lin2" (SAM), "layers.0" and "layers.1" (SAM
// 2).
enum class MlpNames : std::uint8_t { lin, layers };

// linear → activation → linear.
class Mlp : public torch::nn::Module {
 public:
  Mlp(std::int64_t dim, std::int64_t hidden, Activation activation, MlpNames names = MlpNames::lin);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  Activation activation_;
  std::shared_ptr<Linear> first_, second_;
};

// `layers` linear layers with ReLU between them.
class HeadMlp : public torch::nn::Module {
 public:
  HeadMlp(std::int64_t in, std::int64_t hidden, std::int64_t out, int layers = 3);
  at::Tensor forward(at::Tensor x) const;

 private:
  std::shared_ptr<List<Linear>> layers_;
};

// LayerNorm over the last axis.
class LayerNorm : public torch::nn::Module {
 public:
  explicit LayerNorm(std::int64_t channels, double epsilon);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  double epsilon_;
  at::Tensor weight_, bias_;
};

// LayerNorm over the channels of (N, C, ...) at each pixel; eps 1e-6.
class ChannelNorm : public torch::nn::Module {
 public:
  explicit ChannelNorm(std::int64_t channels);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor weight_, bias_;
};

}  // namespace voxarena::sam
