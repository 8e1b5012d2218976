// The prompt generator: a small U-Net decoder over the image encoder's feature maps that proposes,
// for every query and slice, a mask, a box and a classifier token. Volumes are (B, C, T, h, w).
#pragma once

#include <memory>
#include <vector>

#include "plugins/masksam/layers.h"
#include "plugins/sam/layers.h"

namespace voxarena::masksam {

struct GeneratorConfig {
  std::int64_t embedding = 256, tokens = 768;  // channels of the embedding and of the taps
  // Per stage; every stage but the first doubles the resolution.
  std::vector<std::int64_t> channels;
  std::vector<Sizes> kernels;
  std::int64_t extra_fusions = 0;  // more taps, joined at the last stage's resolution
  std::int64_t queries = 8;
  // Its entries, row after row, are the features of a classifier token.
  std::int64_t token_rows = 16, token_columns = 16;
  bool masks = true, boxes = true, classifier_tokens = true;  // ablations leave some out

  // Feature maps wanted besides the embedding.
  std::int64_t taps() const {
    return static_cast<std::int64_t>(channels.size()) - 1 + extra_fusions;
  }
};

// Undefined where left out.
struct AuxiliaryPrompts {
  at::Tensor masks;              // logits (B, N, T, H, W), H and W of the last stage
  at::Tensor boxes;              // (B, T, N, 4), fractions of the slice
  at::Tensor classifier_tokens;  // (B, T, N, rows * columns)
};

// Brings a tap to the resolution of stage `doublings`: [upsampling, block] as often.
class SkipPath : public torch::nn::Module {
 public:
  SkipPath(std::int64_t in, std::int64_t out, std::int64_t doublings, const Sizes& kernel);
  at::Tensor forward(at::Tensor x) const;

 private:
  std::shared_ptr<sam::List<Upsampling>> ups_;
  std::shared_ptr<sam::List<ConvBlock>> blocks_;
};

class PromptGenerator : public torch::nn::Module {
 public:
  explicit PromptGenerator(const GeneratorConfig& config);

  // `taps`: config.taps() token maps, the deepest block first; all at the embedding's resolution.
  AuxiliaryPrompts forward(const at::Tensor& embedding, const std::vector<at::Tensor>& taps) const;

 private:
  // Every stage's output and the extra fusions'.
  std::vector<at::Tensor> features(const at::Tensor& embedding,
                                   const std::vector<at::Tensor>& taps) const;

  GeneratorConfig config_;
  std::shared_ptr<sam::List<ConvBlock>> first_;  // the first stage's two blocks
  std::shared_ptr<sam::List<Upsampling>> ups_;   // from here on one entry per later stage
  std::shared_ptr<sam::List<SkipPath>> skips_;
  std::shared_ptr<sam::List<ConvBlock>> blocks_;
  std::shared_ptr<sam::List<ConvBlock>> fusions_;
  std::shared_ptr<Convolution> mask_head_, box_head_, token_head_;
  std::shared_ptr<InstanceNorm> box_norm_, token_norm_;
};

}  // namespace voxarena::masksam
