// Sizes of a SAM network (Kirillov et al., ICCV 2023), all public: a plugin starts from a preset
// and changes what it needs.
//
//   sam::Config config = sam::preset("vit_b");
//   config.decoder.mask_tokens = 9;
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace voxarena::sam {

struct Extent {
  std::int64_t height = 0, width = 0;
  bool operator==(const Extent&) const = default;
};

// What to do where the image's token grid is not that of the learned position table.
enum class PositionFit : std::uint8_t {
  exact,       // Error (input)
  crop,        // the table's top-left corner: the image is a corner of a larger frame
  interpolate  // bilinear: the image is a smaller frame
};

struct EncoderConfig {
  Extent image{1024, 1024};  // pixels that the position tables are made for
  std::int64_t patch = 16;
  std::int64_t channels = 3;  // of the image
  std::int64_t dim = 768, depth = 12, heads = 12, mlp_ratio = 4;
  std::int64_t out_channels = 256;  // of the embedding
  std::int64_t window = 14;         // tokens; blocks not in global_blocks attend within windows
  std::vector<std::int64_t> global_blocks;  // 0-based
  bool relative_positions = true;           // decomposed, one table per block and axis
  PositionFit position_fit = PositionFit::exact;
  // As Medical-SAM-Adapter and its successors: the zeros that fill up a window are normalised as if
  // they were tokens.
  bool partition_before_norm = false;

  Extent grid() const { return {image.height / patch, image.width / patch}; }
  bool is_global(std::int64_t block) const;
};

struct PromptConfig {
  std::int64_t dim = 256;
  Extent frame{1024, 1024};         // pixels that coordinates 0 ... 1 of the position code span
  std::int64_t patch = 16;          // pixels per token of the embedding
  std::int64_t mask_channels = 16;  // hidden, of the mask prompt's convolutions
};

struct DecoderConfig {
  std::int64_t dim = 256;
  std::int64_t depth = 2, heads = 8, mlp = 2048;
  std::int64_t mask_tokens = 4;
  std::vector<std::int64_t> upscaling{64, 32};  // channels after each doubling of the resolution
  std::int64_t iou_hidden = 256;
  // SAM 2's: a token and a head that tell whether there is an object, finer maps of the image added
  // while the resolution grows, and other names of the transformer's MLP.
  bool sam2 = false;
};

struct Config {
  EncoderConfig encoder;
  PromptConfig prompt;
  DecoderConfig decoder;
};

// "vit_b", "vit_l", "vit_h": the released models. Error (input) for another name.
Config preset(const std::string& name);

// A small SAM for CPUs, never pre-trained: ViT-Ti width (192, 3 heads, 8 blocks, all global, no
// relative positions), heads of width 128. `image` in pixels, a multiple of `patch`.
Config mini(Extent image, std::int64_t patch);

// Error (input) if the numbers contradict each other (heads do not divide dim, ...).
void check(const Config& config);

}  // namespace voxarena::sam
