// SAM 2's image encoder: the trunk Hiera, windows and all, and a feature pyramid over it. Token
// maps are (N, h, w, C).
#pragma once

#include <memory>
#include <vector>

#include "plugins/sam/layers.h"
#include "plugins/sam/sam2/config.h"

namespace voxarena::sam2 {

// Self-attention within windows or over a whole map; with `pool`, queries are the maxima of 2 x 2.
class PooledAttention : public torch::nn::Module {
 public:
  PooledAttention(std::int64_t in, std::int64_t out, std::int64_t heads, bool pool);
  at::Tensor forward(const at::Tensor& x) const;  // (n, h, w, in) → (n, h', w', out)

 private:
  std::int64_t heads_;
  bool pool_;
  std::shared_ptr<sam::Linear> qkv_, proj_;
};

class HieraBlock : public torch::nn::Module {
 public:
  struct Form {
    std::int64_t in, out, heads;
    std::int64_t window;  // 0: global
    bool pool;            // first block of a stage but the first: halves height and width
  };
  explicit HieraBlock(const Form& form);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  Form form_;
  std::shared_ptr<sam::LayerNorm> norm1_, norm2_;
  std::shared_ptr<PooledAttention> attn_;
  std::shared_ptr<sam::Mlp> mlp_;
  std::shared_ptr<sam::Linear> proj_;  // of the shortcut, where the width changes
};

class Hiera : public torch::nn::Module {
 public:
  explicit Hiera(const TrunkConfig& config);
  // (N, 3, H, W), multiples of 32 → after every stage (N, H/s, W/s, C), s = 4, 8, 16, 32.
  std::vector<at::Tensor> forward(const at::Tensor& image) const;

 private:
  at::Tensor positions(std::int64_t height, std::int64_t width) const;

  TrunkConfig config_;
  at::Tensor pos_embed_, pos_embed_window_;
  std::shared_ptr<sam::Convolution> patch_embed_;
  std::shared_ptr<sam::List<HieraBlock>> blocks_;
};

// Maps of one image at strides 4, 8 and 16, (N, dim, h, w) each.
struct Pyramid {
  at::Tensor fine, middle, coarse;
};

// 1x1 convolutions to one width; the coarse map gets the deepest stage's added.
class Neck : public torch::nn::Module {
 public:
  Neck(const TrunkConfig& trunk, std::int64_t dim);
  Pyramid forward(const std::vector<at::Tensor>& stages) const;

 private:
  std::vector<std::shared_ptr<sam::Convolution>> convolutions_;  // deepest stage first
};

class ImageEncoder : public torch::nn::Module {
 public:
  explicit ImageEncoder(const Config& config);
  Pyramid forward(const at::Tensor& image) const { return neck_->forward(trunk_->forward(image)); }

 private:
  std::shared_ptr<Hiera> trunk_;
  std::shared_ptr<Neck> neck_;
};

}  // namespace voxarena::sam2
