#include "plugins/sam/config.h"

#include <fmt/core.h>

#include <algorithm>

#include "voxarena/core/error.h"

namespace voxarena::sam {
namespace {

EncoderConfig encoder(std::int64_t dim, std::int64_t depth, std::int64_t heads,
                      std::vector<std::int64_t> global_blocks) {
  EncoderConfig config;
  config.dim = dim;
  config.depth = depth;
  config.heads = heads;
  config.global_blocks = std::move(global_blocks);
  return config;
}

void require(bool holds, const std::string& what) {
  if (!holds) throw Error::input("SAM: " + what);
}

void check_encoder(const EncoderConfig& e) {
  require(e.patch > 0 && e.channels > 0 && e.dim > 0 && e.depth > 0 && e.heads > 0,
          "the encoder's sizes must be positive");
  require(e.dim % e.heads == 0,
          fmt::format("{} heads do not divide a width of {}", e.heads, e.dim));
  require(e.image.height > 0 && e.image.width > 0 && e.image.height % e.patch == 0 &&
              e.image.width % e.patch == 0,
          fmt::format("an image of {} x {} pixels is not made of patches of {}", e.image.height,
                      e.image.width, e.patch));
  require(e.window >= 0, "a window cannot be negative");
  require(std::ranges::all_of(e.global_blocks, [&](auto b) { return b >= 0 && b < e.depth; }),
          fmt::format("a global block lies outside of the encoder's {} blocks", e.depth));
}

}  // namespace

bool EncoderConfig::is_global(std::int64_t block) const {
  return window == 0 || std::ranges::find(global_blocks, block) != global_blocks.end();
}

Config preset(const std::string& name) {
  Config config;
  if (name == "vit_b") {
    config.encoder = encoder(768, 12, 12, {2, 5, 8, 11});
  } else if (name == "vit_l") {
    config.encoder = encoder(1024, 24, 16, {5, 11, 17, 23});
  } else if (name == "vit_h") {
    config.encoder = encoder(1280, 32, 16, {7, 15, 23, 31});
  } else {
    throw Error::input(fmt::format("SAM: no released model is called '{}'", name),
                       "vit_b, vit_l and vit_h are");
  }
  return config;
}

Config mini(Extent image, std::int64_t patch) {
  constexpr std::int64_t kWidth = 128;
  const std::int64_t side = std::max(image.height, image.width);
  Config config;
  config.encoder = encoder(192, 8, 3, {});
  config.encoder.image = image;
  config.encoder.patch = patch;
  config.encoder.out_channels = kWidth;
  config.encoder.window = 0;
  config.encoder.relative_positions = false;
  config.prompt = {.dim = kWidth, .frame = {side, side}, .patch = patch, .mask_channels = 16};
  config.decoder.dim = kWidth;
  config.decoder.mlp = 4 * kWidth;
  config.decoder.upscaling = {kWidth / 4, kWidth / 8};
  config.decoder.iou_hidden = kWidth;
  return config;
}

void check(const Config& config) {
  check_encoder(config.encoder);
  const DecoderConfig& d = config.decoder;
  require(config.encoder.out_channels == d.dim && config.prompt.dim == d.dim,
          "encoder, prompt encoder and decoder must agree on the embedding's width");
  require(d.dim % 2 == 0 && d.heads > 0 && d.dim / 2 % d.heads == 0,
          fmt::format("{} heads do not divide half of a width of {}", d.heads, d.dim));
  require(d.depth > 0 && d.mlp > 0 && d.mask_tokens > 0 && !d.upscaling.empty(),
          "the decoder's sizes must be positive");
  require(config.prompt.mask_channels % 4 == 0, "mask_channels must be a multiple of 4");
}

}  // namespace voxarena::sam
