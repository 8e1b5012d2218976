// Sizes of a SAM 2 network (Ravi et al., arXiv 2408.00714), all public: start from a preset and
// change what is needed.
//
//   sam2::Config config = sam2::preset("tiny", sam2::Release::v2_1);
//   config.image = {512, 512};
#pragma once

#include <map>

#include "plugins/sam/config.h"

namespace at {
class Tensor;
}

namespace voxarena::sam2 {

using sam::Extent;

// The image encoder's trunk, Hiera (Ryali et al., ICML 2023). Width and heads double from stage to
// stage, height and width halve.
struct TrunkConfig {
  std::int64_t dim = 96, heads = 1;                  // of the first stage
  std::vector<std::int64_t> blocks{1, 2, 7, 2};      // of every stage
  std::vector<std::int64_t> windows{8, 4, 14, 7};    // tokens of a window's side, of every stage
  std::vector<std::int64_t> global_blocks{5, 7, 9};  // 0-based over all stages
  std::int64_t background = 7;  // side of the position table that is stretched over the image

  std::int64_t depth() const;
  std::int64_t stage_dim(std::size_t stage) const { return dim << stage; }
  bool is_global(std::int64_t block) const;
};

// 2.1 (September 2024) adds to 2.0 (July 2024) a code for memories without the object, and codes of
// the distance in time for object pointers.
enum class Release : std::uint8_t { v2_0, v2_1 };

struct Config {
  Release release = Release::v2_1;
  Extent image{1024, 1024};  // pixels; multiples of 32
  TrunkConfig trunk;
  std::int64_t dim = 256;        // of image features and pointers
  std::int64_t memory_dim = 64;  // of memory maps; divides dim
  std::int64_t attention_layers = 4, attention_mlp = 2048;
  std::int64_t memory_maps = 7;  // places in time: the given masks', and distances 1 ... 6
  sam::DecoderConfig decoder{.sam2 = true};

  Extent grid() const { return {image.height / 16, image.width / 16}; }  // of coarse features
  sam::PromptConfig prompt() const;
};

// "tiny", "small", "base_plus", "large": the released models; "micro", for tests and never trained:
// 128 pixels, widths 32 and 8. Error (input) for another name.
Config preset(const std::string& name, Release release);

// The released model that these weights are of, told by names and shapes. Error (input) naming
// `source` if it is none.
Config recognise(const std::map<std::string, at::Tensor>& weights, const std::string& source);

// Error (input) if the numbers contradict each other.
void check(const Config& config);

}  // namespace voxarena::sam2
