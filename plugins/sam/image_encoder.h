// SAM's image encoder: a plain ViT with windows (ViTDet), and its neck. Token maps are (N, h, w,
// C); for volumes, slices are folded into the batch, N = volumes · depth.
#pragma once

#include <memory>
#include <vector>

#include "plugins/sam/adapter.h"
#include "plugins/sam/config.h"
#include "plugins/sam/layers.h"

namespace voxarena::sam {

// Multi-head self-attention over the tokens of a grid or window.
class Attention : public torch::nn::Module {
 public:
  // `table`: the grid that the relative position tables are made for.
  Attention(std::int64_t dim, std::int64_t heads, bool relative_positions, Extent table);
  // (n, h, w, C) → (n, h, w, C)
  at::Tensor forward(const at::Tensor& x, const Layout& layout) const;

  const std::shared_ptr<Linear> qkv, proj;  // qkv: output rows [q | k | v]
  // Added to that third of the projection; they get the projection's input.
  Slot query_delta{*this, "query_delta"}, key_delta{*this, "key_delta"},
      value_delta{*this, "value_delta"};

 private:
  std::int64_t heads_;
  at::Tensor rel_pos_h_, rel_pos_w_;
};

class Block : public torch::nn::Module {
 public:
  Block(const EncoderConfig& config, std::int64_t index);
  at::Tensor forward(at::Tensor x, const Layout& layout) const;

  const std::int64_t window;  // 0: global

  // Places for adapters f in the order of their use; x is the residual stream.
  // x = f(x), before norm1
  Slot before_attention{*this, "before_attention"};
  // f(norm1(x)) in place of windows and attn
  Slot instead_of_attention{*this, "instead_of_attention"};
  // f(attn(...)) inside the window, before the residual
  Slot after_attention{*this, "after_attention"};
  // x + attention + f(norm1(x)), whole slices
  Slot beside_attention{*this, "beside_attention"};
  // x = f(x), before norm2
  Slot before_mlp{*this, "before_mlp"};
  // x + mlp(z) + f(z), z = norm2(x)
  Slot beside_mlp{*this, "beside_mlp"};

  const std::shared_ptr<LayerNorm> norm1, norm2;
  const std::shared_ptr<Attention> attn;
  const std::shared_ptr<Mlp> mlp;

 private:
  at::Tensor attend(const at::Tensor& x, const Layout& layout) const;

  bool partition_before_norm_;
};

// 1x1 convolution → norm → 3x3 convolution → norm: (N, h, w, dim) → (N, out, h, w).
class Neck : public torch::nn::Module {
 public:
  Neck(std::int64_t dim, std::int64_t out);
  at::Tensor forward(const at::Tensor& tokens) const;

 private:
  std::shared_ptr<Convolution> reduce_, mix_;
  std::shared_ptr<ChannelNorm> norm1_, norm2_;
};

class PatchEmbed : public torch::nn::Module {
 public:
  explicit PatchEmbed(const EncoderConfig& config);
  at::Tensor forward(const at::Tensor& image) const;  // (N, C, H, W) → (N, h, w, dim)

 private:
  std::int64_t patch_;
  std::shared_ptr<Convolution> proj_;
};

class ImageEncoder : public torch::nn::Module {
 public:
  explicit ImageEncoder(const EncoderConfig& config);

  // (N, C, H, W), normalised → (N, out_channels, h, w).
  at::Tensor forward(const at::Tensor& image, std::int64_t depth = 1) const;

  // The same in steps, for plugins that look or reach inside:
  //   x = embed(image);        patches and absolute positions, (N, h, w, dim)
  //   x = run(x, 0, 6, depth); blocks 0 ... 5
  //   neck(x);                 the embedding
  at::Tensor embed(const at::Tensor& image) const;
  at::Tensor run(at::Tensor tokens, std::int64_t first, std::int64_t last,
                 std::int64_t depth = 1) const;
  at::Tensor neck(const at::Tensor& tokens) const;

  // Embedding, and the token maps (N, h, w, dim) after each block of `taps` (ascending).
  struct Output {
    at::Tensor embedding;
    std::vector<at::Tensor> taps;
  };
  Output forward_taps(const at::Tensor& image, const std::vector<std::int64_t>& taps,
                      std::int64_t depth = 1) const;

  Block& block(std::int64_t i) const { return (*blocks_)[static_cast<std::size_t>(i)]; }
  const EncoderConfig& config() const { return config_; }

 private:
  at::Tensor positions(std::int64_t height, std::int64_t width) const;

  EncoderConfig config_;
  at::Tensor pos_embed_;  // (1, h, w, dim)
  std::shared_ptr<PatchEmbed> patch_embed_;
  std::shared_ptr<List<Block>> blocks_;
  std::shared_ptr<Neck> neck_;
};

}  // namespace voxarena::sam
