#include "plugins/sam/sam.h"

namespace voxarena::sam {
namespace {

std::shared_ptr<ImageEncoder> image_encoder_of(const Config& config) {
  check(config);
  return std::make_shared<ImageEncoder>(config.encoder);
}

}  // namespace

Sam::Sam(const Config& config)
    : image_encoder(register_module("image_encoder", image_encoder_of(config))),
      prompt_encoder(
          register_module("prompt_encoder", std::make_shared<PromptEncoder>(config.prompt))),
      mask_decoder(register_module("mask_decoder", std::make_shared<MaskDecoder>(config.decoder))) {
}

Masks Sam::forward(const at::Tensor& image, const Prompts& prompts, bool multimask) const {
  return predict(image_encoder->forward(image), prompts, multimask);
}

Masks Sam::predict(const at::Tensor& embedding, const Prompts& prompts, bool multimask) const {
  const Extent grid{embedding.size(2), embedding.size(3)};
  const PromptEmbedding prompt = prompt_encoder->forward(prompts, grid);
  const Decoded decoded = mask_decoder->forward({.embedding = embedding,
                                                 .embedding_code = prompt_encoder->grid_code(grid),
                                                 .sparse = prompt.sparse,
                                                 .dense = prompt.dense});
  // Mask 0 is the single answer, the others are its three alternatives.
  const std::int64_t first = multimask ? 1 : 0, count = multimask ? -1 : 1;
  const at::Tensor iou = mask_decoder->predicted_iou(decoded);
  return {mask_decoder->masks(decoded, first, count),
          multimask ? iou.narrow(1, 1, iou.size(1) - 1) : iou.narrow(1, 0, 1)};
}

}  // namespace voxarena::sam
