// SAM 2's memory encoder: a slice's features and its mask to a memory map.
#pragma once

#include <memory>
#include <vector>

#include "plugins/sam/layers.h"
#include "plugins/sam/sam2/config.h"

namespace voxarena::sam2 {

// Four strided convolutions with channel norm and GELU, each to four times the channels, and a 1x1
// convolution: (P, 1, 16 h, 16 w) → (P, dim, h, w).
class MaskDownsampler : public torch::nn::Module {
 public:
  explicit MaskDownsampler(std::int64_t dim);
  at::Tensor forward(at::Tensor mask) const;

 private:
  std::vector<std::shared_ptr<sam::Convolution>> shrink_;
  std::vector<std::shared_ptr<sam::ChannelNorm>> norm_;
  std::shared_ptr<sam::Convolution> last_;
};

// ConvNeXt's block (Liu et al., CVPR 2022).
class FuserBlock : public torch::nn::Module {
 public:
  explicit FuserBlock(std::int64_t dim);
  at::Tensor forward(const at::Tensor& x) const;  // (P, dim, h, w)

 private:
  at::Tensor gamma_;
  std::shared_ptr<sam::Convolution> dwconv_;
  std::shared_ptr<sam::ChannelNorm> norm_;
  std::shared_ptr<sam::Linear> pwconv1_, pwconv2_;
};

class MemoryEncoder : public torch::nn::Module {
 public:
  explicit MemoryEncoder(const Config& config);
  // Coarse features (1 or P, dim, h, w) and masks (P, 1, 16 h, 16 w), scaled to -10 ... 10 →
  // (P, memory_dim, h, w).
  at::Tensor forward(const at::Tensor& coarse, const at::Tensor& masks) const;

 private:
  std::shared_ptr<MaskDownsampler> mask_downsampler_;
  std::shared_ptr<sam::Convolution> pix_feat_proj_, out_proj_;
  std::shared_ptr<sam::List<FuserBlock>> fuser_;
};

}  // namespace voxarena::sam2
