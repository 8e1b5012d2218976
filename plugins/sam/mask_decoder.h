// SAM's mask decoder: an image embedding and prompts to masks and their predicted IoU.
#pragma once

#include <memory>

#include "plugins/sam/two_way_transformer.h"

namespace voxarena::sam {

// P prompts on N images, P a multiple of N: image n serves prompts n · P/N ... (n + 1) · P/N - 1.
// Every tensor's first axis may be any divisor of P, whose entries are repeated the same way.
struct DecoderInput {
  at::Tensor embedding;       // (N, dim, h, w)
  at::Tensor embedding_code;  // position code of the grid: (1 or N or P, dim, h, w)
  at::Tensor sparse;  // (P, n, dim). A plugin's own tokens go before or behind the prompts here.
  at::Tensor dense;   // (P or 1, dim, h, w)
  std::int64_t depth = 1;  // slices of a volume: N = volumes · depth
  Steering steering = {};
  // Added after each doubling of the resolution, (N, channels, 2 h, 2 w), (N, channels, 4 h, 4 w),
  // ...; none: nothing.
  std::vector<at::Tensor> finer = {};
};

struct Decoded {
  // (P, 1 + mask tokens + n, dim): IoU, masks, then those of `sparse`; SAM 2: object score first
  at::Tensor tokens;
  at::Tensor image;     // (P, dim, h, w): image tokens after the transformer
  at::Tensor upscaled;  // (P, c, 4 h, 4 w): features that masks are products with
};

// Transposed convolutions, each doubling the resolution, with channel norm (not after the last)
// and GELU.
class Upscaling : public torch::nn::Module {
 public:
  Upscaling(std::int64_t in, const std::vector<std::int64_t>& channels);
  // `finer`: added to the outcomes of the convolutions.
  at::Tensor forward(at::Tensor x, const std::vector<at::Tensor>& finer = {}) const;

 private:
  std::vector<std::shared_ptr<Doubling>> grow_;
  std::vector<std::shared_ptr<ChannelNorm>> norm_;
};

class MaskDecoder : public torch::nn::Module {
 public:
  explicit MaskDecoder(const DecoderConfig& config);

  Decoded forward(const DecoderInput& input) const;

  // Logits (P, count, 4 h, 4 w) of mask tokens first ... first + count - 1 (-1: all that follow).
  at::Tensor masks(const Decoded& decoded, std::int64_t first = 0, std::int64_t count = -1) const;
  // Predicted overlap with the truth, (P, mask tokens).
  at::Tensor predicted_iou(const Decoded& decoded) const;
  // Outputs of the mask tokens, (P, mask tokens, dim).
  at::Tensor mask_tokens(const Decoded& decoded) const;

  // SAM 2 only: logit of there being an object, (P, 1), ...
  at::Tensor object_score(const Decoded& decoded) const;
  // ... and the maps `finer` of its image pyramid's (N, dim, 2 h, 2 w) and (N, dim, 4 h, 4 w).
  at::Tensor project_double(const at::Tensor& map) const { return conv_s1_->forward(map); }
  at::Tensor project_quadruple(const at::Tensor& map) const { return conv_s0_->forward(map); }

  TwoWayTransformer& transformer() const { return *transformer_; }
  const DecoderConfig& config() const { return config_; }

 private:
  DecoderConfig config_;
  std::shared_ptr<Embedding> iou_token_, mask_tokens_;
  std::shared_ptr<TwoWayTransformer> transformer_;
  std::shared_ptr<Upscaling> output_upscaling_;
  std::shared_ptr<List<HeadMlp>> output_hypernetworks_mlps_;
  std::shared_ptr<HeadMlp> iou_prediction_head_;
  // SAM 2
  std::shared_ptr<Embedding> obj_score_token_;
  std::shared_ptr<HeadMlp> pred_obj_score_head_;
  std::shared_ptr<Convolution> conv_s0_, conv_s1_;
};

// Each entry of x's first axis repeated until there are `count`; x itself if there are. Error
// (internal) if x's size does not divide `count`.
at::Tensor repeat_rows(const at::Tensor& x, std::int64_t count);

}  // namespace voxarena::sam
