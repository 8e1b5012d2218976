// The whole of SAM 2 with the released state dicts' names; tracking.h says what it does.
//
//   sam2::Sam2 network(sam2::preset("tiny", sam2::Release::v2_1));
//   sam::load_weights(network, "sam2.1_hiera_tiny.pt", {});
#pragma once

#include <memory>

#include "plugins/sam/mask_decoder.h"
#include "plugins/sam/prompt_encoder.h"
#include "plugins/sam/sam2/hiera.h"
#include "plugins/sam/sam2/memory_attention.h"
#include "plugins/sam/sam2/memory_encoder.h"

namespace voxarena::sam2 {

class Sam2 : public torch::nn::Module {
 public:
  explicit Sam2(const Config& config);

  const Config config;
  const std::shared_ptr<ImageEncoder> image_encoder;
  const std::shared_ptr<MemoryAttention> memory_attention;
  const std::shared_ptr<MemoryEncoder> memory_encoder;
  const std::shared_ptr<sam::PromptEncoder> prompt_encoder;
  const std::shared_ptr<sam::MaskDecoder> mask_decoder;
  const std::shared_ptr<sam::Convolution> mask_downsample;     // a given mask to a prompt
  const std::shared_ptr<sam::HeadMlp> pointer_projection;      // a mask token to an object pointer
  const std::shared_ptr<sam::Linear> pointer_code_projection;  // 2.1 only

  const at::Tensor time_codes;      // (maps, 1, 1, memory_dim): distance 1 ... 6, then given masks
  const at::Tensor no_memory_code;  // (1, 1, dim): added to features where nothing is remembered
  const at::Tensor no_object_pointer;  // (1, dim)
  const at::Tensor no_object_code;     // (1, memory_dim); 2.1 only
};

}  // namespace voxarena::sam2
