#include "plugins/sam/sam2/memory_encoder.h"

#include <ATen/ops/full.h>

namespace voxarena::sam2 {

using sam::Activation;

MaskDownsampler::MaskDownsampler(std::int64_t dim) {
  constexpr int kHalvings = 4, kStep = 3;  // convolution, norm, activation
  const auto encoder = register_module("encoder", std::make_shared<torch::nn::Module>());
  std::int64_t channels = 1;
  for (int i = 0; i < kHalvings; ++i, channels *= 4) {
    shrink_.push_back(encoder->register_module(
        std::to_string(kStep * i),
        std::make_shared<sam::Convolution>(channels, 4 * channels, 3,
                                           sam::Convolution::Form{.stride = 2, .padding = 1})));
    norm_.push_back(encoder->register_module(std::to_string(kStep * i + 1),
                                             std::make_shared<sam::ChannelNorm>(4 * channels)));
  }
  last_ = encoder->register_module(std::to_string(kStep * kHalvings),
                                   std::make_shared<sam::Convolution>(channels, dim, 1));
}

at::Tensor MaskDownsampler::forward(at::Tensor mask) const {
  for (std::size_t i = 0; i < shrink_.size(); ++i)
    mask = sam::activate(norm_[i]->forward(shrink_[i]->forward(mask)), Activation::gelu);
  return last_->forward(mask);
}

FuserBlock::FuserBlock(std::int64_t dim) {
  constexpr double kScale = 1e-6;
  constexpr std::int64_t kKernel = 7, kWiden = 4;
  gamma_ = register_parameter("gamma", at::full({dim}, kScale));
  dwconv_ = register_module(
      "dwconv",
      std::make_shared<sam::Convolution>(dim, dim, kKernel, sam::Convolution::Form{.groups = dim}));
  norm_ = register_module("norm", std::make_shared<sam::ChannelNorm>(dim));
  pwconv1_ = register_module("pwconv1", std::make_shared<sam::Linear>(dim, kWiden * dim));
  pwconv2_ = register_module("pwconv2", std::make_shared<sam::Linear>(kWiden * dim, dim));
}

at::Tensor FuserBlock::forward(const at::Tensor& x) const {
  const at::Tensor tokens = norm_->forward(dwconv_->forward(x)).permute({0, 2, 3, 1});
  const at::Tensor mixed =
      pwconv2_->forward(sam::activate(pwconv1_->forward(tokens), Activation::gelu));
  return x + (gamma_ * mixed).permute({0, 3, 1, 2});
}

MemoryEncoder::MemoryEncoder(const Config& config)
    : mask_downsampler_(
          register_module("mask_downsampler", std::make_shared<MaskDownsampler>(config.dim))),
      pix_feat_proj_(register_module(
          "pix_feat_proj", std::make_shared<sam::Convolution>(config.dim, config.dim, 1))),
      out_proj_(register_module(
          "out_proj", std::make_shared<sam::Convolution>(config.dim, config.memory_dim, 1))) {
  constexpr int kBlocks = 2;
  fuser_ = register_module("fuser", std::make_shared<torch::nn::Module>())
               ->register_module("layers", std::make_shared<sam::List<FuserBlock>>());
  for (int i = 0; i < kBlocks; ++i) fuser_->add(config.dim);
}

at::Tensor MemoryEncoder::forward(const at::Tensor& coarse, const at::Tensor& masks) const {
  at::Tensor x = pix_feat_proj_->forward(coarse) + mask_downsampler_->forward(masks);
  for (std::size_t i = 0; i < fuser_->size(); ++i) x = (*fuser_)[i].forward(x);
  return out_proj_->forward(x);
}

}  // namespace voxarena::sam2
