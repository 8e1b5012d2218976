// SAM's prompt encoder: points, boxes and masks to sparse tokens and a dense map.
#pragma once

#include <memory>

#include "plugins/sam/config.h"
#include "plugins/sam/layers.h"
#include "plugins/sam/prompts.h"

namespace voxarena::sam {

struct PromptEmbedding {
  // (P, tokens, dim): points, a padding point if there is no box, the box's two corners
  at::Tensor sparse;
  at::Tensor dense;  // (P, dim, h, w); without masks (1, dim, h, w)
};

// Random Fourier features of coordinates; the matrix is a buffer and belongs to the weights.
class PositionCode : public torch::nn::Module {
 public:
  explicit PositionCode(std::int64_t dim);
  // (..., 2), x and y in 0 ... 1 → (..., dim)
  at::Tensor forward(const at::Tensor& coordinates) const;

 private:
  at::Tensor matrix_;
};

class MaskDownscaling : public torch::nn::Module {
 public:
  explicit MaskDownscaling(const PromptConfig& config);
  at::Tensor forward(const at::Tensor& masks) const;  // (P, 1, 4 h, 4 w) → (P, dim, h, w)

 private:
  std::shared_ptr<Convolution> first_, second_, last_;
  std::shared_ptr<ChannelNorm> norm1_, norm2_;
};

class PromptEncoder : public torch::nn::Module {
 public:
  explicit PromptEncoder(const PromptConfig& config);

  // `grid`: the image embedding's. No points and boxes: sparse (P or 1, 0, dim).
  PromptEmbedding forward(const Prompts& prompts, Extent grid) const;

  // The position code of every token of the grid, (1, dim, h, w): token (i, j) lies at pixel
  // ((j + 1/2) patch, (i + 1/2) patch) of the frame: a smaller grid is its top-left corner.
  at::Tensor grid_code(Extent grid) const;
  const PromptConfig& config() const { return config_; }

 private:
  at::Tensor code_pixels(const at::Tensor& pixels) const;
  at::Tensor embed_points(const at::Tensor& points, const at::Tensor& labels, bool pad) const;
  at::Tensor embed_boxes(const at::Tensor& boxes) const;

  PromptConfig config_;
  std::shared_ptr<PositionCode> pe_layer_;
  std::shared_ptr<List<Embedding>> point_embeddings_;  // background, foreground, two corners
  std::shared_ptr<Embedding> not_a_point_embed_, no_mask_embed_;
  std::shared_ptr<MaskDownscaling> mask_downscaling_;
};

}  // namespace voxarena::sam
