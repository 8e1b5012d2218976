#include "plugins/sam/sam2/sam2.h"

#include <ATen/ops/randn.h>

namespace voxarena::sam2 {
namespace {

Config checked(const Config& config) {
  check(config);
  return config;
}

at::Tensor drawn(at::IntArrayRef shape) {
  constexpr double kSpread = 0.02;
  return at::randn(shape).mul_(kSpread);
}

}  // namespace

Sam2::Sam2(const Config& given)
    : config(checked(given)),
      image_encoder(register_module("image_encoder", std::make_shared<ImageEncoder>(config))),
      memory_attention(
          register_module("memory_attention", std::make_shared<MemoryAttention>(config))),
      memory_encoder(register_module("memory_encoder", std::make_shared<MemoryEncoder>(config))),
      prompt_encoder(register_module("sam_prompt_encoder",
                                     std::make_shared<sam::PromptEncoder>(config.prompt()))),
      mask_decoder(
          register_module("sam_mask_decoder", std::make_shared<sam::MaskDecoder>(config.decoder))),
      mask_downsample(register_module(
          "mask_downsample",
          std::make_shared<sam::Convolution>(1, 1, 4, sam::Convolution::Form{.stride = 4}))),
      pointer_projection(register_module(
          "obj_ptr_proj", std::make_shared<sam::HeadMlp>(config.dim, config.dim, config.dim))),
      pointer_code_projection(
          config.release == Release::v2_0
              ? nullptr
              : register_module("obj_ptr_tpos_proj",
                                std::make_shared<sam::Linear>(config.dim, config.memory_dim))),
      time_codes(register_parameter("maskmem_tpos_enc",
                                    drawn({config.memory_maps, 1, 1, config.memory_dim}))),
      no_memory_code(register_parameter("no_mem_embed", drawn({1, 1, config.dim}))),
      no_object_pointer(register_parameter("no_obj_ptr", drawn({1, config.dim}))),
      no_object_code(
          config.release == Release::v2_0
              ? at::Tensor()
              : register_parameter("no_obj_embed_spatial", drawn({1, config.memory_dim}))) {
  register_parameter("no_mem_pos_enc", drawn({1, 1, config.dim}));  // in the files, never used
}

}  // namespace voxarena::sam2
