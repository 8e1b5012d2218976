// The whole network: stem → image encoder with adapters → prompt generator → prompt encoder → mask
// decoder with adapters → masks and classes of N queries per slice.
#pragma once

#include <memory>

#include "plugins/masksam/config.h"
#include "plugins/masksam/mask_prediction.h"
#include "plugins/sam/sam.h"

namespace voxarena::masksam {

// Turns the volume's channels into SAM's three, at the patch's resolution or four times as fine in
// plane.
class Stem : public torch::nn::Module {
 public:
  Stem(std::int64_t channels, std::int64_t scale);
  at::Tensor forward(at::Tensor x) const;  // (B, channels, T, H, W) → (B, 3, T, s H, s W)

 private:
  std::shared_ptr<ConvBlock> first_, last_, middle_;
  std::shared_ptr<UpsamplingBlock> up1_, up2_;
};

// Low-resolution masks to four times the resolution; queries are channels, slices are mixed.
class MaskConvolutions : public torch::nn::Module {
 public:
  explicit MaskConvolutions(std::int64_t queries);
  at::Tensor forward(const at::Tensor& masks) const;  // (B, N, T, h, w) → (B, N, T, 4 h, 4 w)

 private:
  std::shared_ptr<ConvBlock> first_;
  std::shared_ptr<UpsamplingBlock> up1_, up2_;
  std::shared_ptr<Convolution> last_;
};

class MaskSam : public torch::nn::Module {
 public:
  // Where SAM is to be pre-trained, its own parameters are frozen; the caller loads them.
  explicit MaskSam(const Config& config);

  // Image (B, C, T, H, W), no axis larger than planned; smaller ones are padded and the result is
  // cropped. G = B T.
  MaskPrediction forward(const at::Tensor& image) const;

  const std::shared_ptr<sam::Sam>& sam() const { return sam_; }
  const Config& config() const { return config_; }

 private:
  struct Features {
    at::Tensor embedding;  // (B T, C, h, w)
    AuxiliaryPrompts prompts;
  };
  struct Queries {
    sam::PromptEmbedding prompts;  // of all B T N queries, the classifier token behind the others
    at::Tensor boxes;              // (B, T, N, 4)
  };
  void fill_adapters();
  void freeze();
  at::Tensor padded(const at::Tensor& image) const;
  Features features(const at::Tensor& image) const;
  // For `slices` = B T slices, of which (t, h, w) = `size` is no padding.
  Queries queries(const AuxiliaryPrompts& prompts, std::int64_t slices, at::IntArrayRef size) const;
  at::Tensor hard_masks(const at::Tensor& logits, at::IntArrayRef size) const;
  at::Tensor classifier_tokens(const at::Tensor& auxiliary, std::int64_t slices) const;
  at::Tensor full_size(const at::Tensor& low) const;

  Config config_;
  std::shared_ptr<Stem> stem_;
  std::shared_ptr<sam::Sam> sam_;
  std::shared_ptr<PromptGenerator> generator_;
  std::shared_ptr<MaskConvolutions> mask_convolutions_;
  std::shared_ptr<sam::Linear> class_head_;
  at::Tensor depth_embedding_;   // (1, T, 1, 1, E), added to the encoder's tokens
  at::Tensor depth_code_;        // (T, C, h, w), added to the decoder's position code
  at::Tensor classifier_token_;  // (1, C), or (N, C) for learned queries
};

}  // namespace voxarena::masksam
