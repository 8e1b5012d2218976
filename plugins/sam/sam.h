// The whole network, with the released state dict's names:
//
//   sam::Sam network(sam::preset("vit_b"));
//   load_exactly(network, read_weights(path), path);
//   sam::Masks masks = network.forward(image, {.points = points, .labels = labels}, true);
#pragma once

#include <memory>

#include "plugins/sam/image_encoder.h"
#include "plugins/sam/mask_decoder.h"
#include "plugins/sam/prompt_encoder.h"

namespace voxarena::sam {

class Sam : public torch::nn::Module {
 public:
  explicit Sam(const Config& config);

  // One image (1, C, H, W), normalised and padded to the frame. `multimask`: three masks of
  // different extent instead of one.
  Masks forward(const at::Tensor& image, const Prompts& prompts, bool multimask) const;
  // The same for an embedding (N, dim, h, w) computed before.
  Masks predict(const at::Tensor& embedding, const Prompts& prompts, bool multimask) const;

  const std::shared_ptr<ImageEncoder> image_encoder;
  const std::shared_ptr<PromptEncoder> prompt_encoder;
  const std::shared_ptr<MaskDecoder> mask_decoder;
};

}  // namespace voxarena::sam
