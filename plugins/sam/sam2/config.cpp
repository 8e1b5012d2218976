#include "plugins/sam/sam2/config.h"

#include <ATen/core/Tensor.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "voxarena/core/error.h"

namespace voxarena::sam2 {
namespace {

constexpr std::array<const char*, 4> kReleased{"tiny", "small", "base_plus", "large"};

TrunkConfig trunk(const std::string& name) {
  if (name == "tiny") return {};
  if (name == "small") return {.blocks = {1, 2, 11, 2}, .global_blocks = {7, 10, 13}};
  if (name == "base_plus") {
    return {.dim = 112,
            .heads = 2,
            .blocks = {2, 3, 16, 3},
            .global_blocks = {12, 16, 20},
            .background = 14};
  }
  if (name == "large") {
    return {.dim = 144,
            .heads = 2,
            .blocks = {2, 6, 36, 4},
            .windows = {8, 4, 16, 8},
            .global_blocks = {23, 33, 43}};
  }
  if (name == "micro") {
    return {.dim = 8,
            .blocks = {1, 2, 3, 1},
            .windows = {8, 4, 6, 3},
            .global_blocks = {4},
            .background = 3};
  }
  throw Error::input(fmt::format("SAM 2: no model is called '{}'", name),
                     "tiny, small, base_plus and large are");
}

void demand(bool holds, const std::string& what) {
  if (!holds) throw Error::input("SAM 2: " + what);
}

}  // namespace

std::int64_t TrunkConfig::depth() const {
  return std::accumulate(blocks.begin(), blocks.end(), std::int64_t{0});
}

bool TrunkConfig::is_global(std::int64_t block) const {
  return std::ranges::find(global_blocks, block) != global_blocks.end();
}

sam::PromptConfig Config::prompt() const {
  return {.dim = dim, .frame = image, .patch = 16, .mask_channels = 16};
}

Config preset(const std::string& name, Release release) {
  Config config;
  config.release = release;
  config.trunk = trunk(name);
  if (name == "micro") {
    config.image = {128, 128};
    config.dim = 32;
    config.memory_dim = 8;
    config.attention_layers = 2;
    config.attention_mlp = 48;
    config.decoder.dim = 32;
    config.decoder.upscaling = {8, 4};
  }
  return config;
}

Config recognise(const std::map<std::string, at::Tensor>& weights, const std::string& source) {
  const std::string block = "image_encoder.trunk.blocks.", table = "image_encoder.trunk.pos_embed";
  const auto release = weights.contains("no_obj_embed_spatial") ? Release::v2_1 : Release::v2_0;
  for (const char* name : kReleased) {
    Config config = preset(name, release);
    const auto found = weights.find(table);
    if (found != weights.end() && found->second.dim() == 4 &&
        found->second.size(1) == config.trunk.dim &&
        weights.contains(fmt::format("{}{}.norm1.weight", block, config.trunk.depth() - 1)) &&
        !weights.contains(fmt::format("{}{}.norm1.weight", block, config.trunk.depth()))) {
      return config;
    }
  }
  throw Error::input(source + ": holds no released SAM 2 model",
                     "files of SAM 2.0 and 2.1 (tiny, small, base_plus, large) are read");
}

void check(const Config& config) {
  const TrunkConfig& t = config.trunk;
  constexpr std::size_t kStages = 4;
  constexpr std::int64_t kStride = 32, kPatch = 4;
  demand(t.blocks.size() == kStages && t.windows.size() == kStages, "the trunk has four stages");
  demand(std::ranges::all_of(t.blocks, [](auto n) { return n > 0; }) &&
             std::ranges::all_of(t.windows, [](auto n) { return n > 0; }),
         "blocks and windows of every stage must be positive");
  for (std::size_t i = 0; i + 1 < kStages; ++i) {
    demand(t.windows[i] % 2 == 0,
           fmt::format("a window of {} tokens cannot be halved", t.windows[i]));
  }
  demand(t.heads > 0 && t.dim % t.heads == 0,
         fmt::format("{} heads do not divide a width of {}", t.heads, t.dim));
  for (const std::int64_t side : {config.image.height, config.image.width}) {
    demand(
        side > 0 && side % kStride == 0 && side / kPatch % t.windows[0] == 0,
        fmt::format("an image of {} x {} pixels is not made of squares of {}", config.image.height,
                    config.image.width, std::max(kStride, kPatch * t.windows[0])));
  }
  demand(config.dim % 8 == 0 && config.memory_dim % 4 == 0 && config.dim % config.memory_dim == 0,
         fmt::format("memories of width {} do not go with features of width {}", config.memory_dim,
                     config.dim));
  demand(config.decoder.sam2 && config.decoder.dim == config.dim && config.memory_maps > 1,
         "decoder and features must agree");
}

}  // namespace voxarena::sam2
