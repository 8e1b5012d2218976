// The steps of SAM 2's tracking, each a function of plain data: whoever calls them chooses the
// memories. P objects are followed at once; a method with classes has an object a class.
//
//   const Features support = encode_image(network, image);
//   const Memory memory = remember(network, support, frame_of_mask(network, support, masks),
//   Mask::given); const Features features = encode_image(network, next_image); const Frame frame =
//   decode_frame(network, features, attend_memory(network, features, {.maps = {{memory.map,
//   kGiven}}})); frame.logits > 0
#pragma once

#include <vector>

#include "plugins/sam/prompts.h"
#include "plugins/sam/sam2/config.h"

namespace voxarena::sam2 {

class Sam2;

// What the image encoder says of N images of H x W pixels, ready for the decoder.
struct Features {
  at::Tensor fine;    // (N, dim / 8, H/4, W/4)
  at::Tensor middle;  // (N, dim / 4, H/8, W/8)
  at::Tensor coarse;  // (N, dim, H/16, W/16)
};

// A mask of every object, and what is known about it.
struct Frame {
  at::Tensor logits;   // (P, 1, H/4, W/4); -1024 everywhere where there is no object
  at::Tensor iou;      // (P, 1): predicted overlap with the truth, 0 ... 1
  at::Tensor score;    // (P, 1): logit of there being an object
  at::Tensor pointer;  // (P, dim)
};

struct Memory {
  at::Tensor map;      // (P, memory_dim, H/16, W/16)
  at::Tensor pointer;  // (P, dim)
};

// What a step looks at. Maps know their place in time: kGiven for masks that were given, else the
// distance to the slice, 1 ... 6.
constexpr std::int64_t kGiven = 0;
struct Recalled {
  at::Tensor map;  // (P, memory_dim, h, w)
  std::int64_t place = kGiven;
};
struct RecalledPointer {
  at::Tensor pointer;   // (P, dim)
  double distance = 0;  // slices, positive in the direction of the work; 2.0 ignores it
};
struct Recollection {
  std::vector<Recalled> maps = {};
  std::vector<RecalledPointer> pointers = {};
  double pointer_span = 15;  // the distance that codes of pointers count as 1
};

// Images (N, 3, H, W), normalised, of config.image's size. Error (input) for another size.
Features encode_image(const Sam2& network, const at::Tensor& images);

// Masks (P, 1, any height, any width), 0 ... 1 → (P, 1, H, W) of zeros and ones: bilinear with
// antialiasing, cut at 1/2.
at::Tensor fit_masks(const at::Tensor& masks, Extent image);

// The frame whose masks (P, 1, H, W), zeros and ones, are given; the pointer comes from the
// decoder, that of an empty mask from the weights. `features` of one image or of P.
Frame frame_of_mask(const Sam2& network, const Features& features, const at::Tensor& masks);

// Coarse features (P, dim, h, w) after a look at memories; without any, the features and the code
// for that. The number of objects is that of the first map, else of the first pointer.
at::Tensor attend_memory(const Sam2& network, const Features& features,
                         const Recollection& recollection);

struct DecodeOptions {
  sam::Prompts prompts = {};  // points and labels, mask logits of H/4 x W/4; none: tracking
  bool multimask = true;      // the best of three masks, by predicted overlap
  // With one mask: the best of three where it is unstable (SAM 2's predictors do so).
  bool stability_fallback = true;
};
Frame decode_frame(const Sam2& network, const Features& features, const at::Tensor& attended,
                   const DecodeOptions& options = {});

// Logits of a frame at the image's size, (P, 1, H, W).
at::Tensor full_logits(const at::Tensor& logits);

// The memory of a frame; given masks are remembered as zeros and ones, predicted ones as
// probabilities.
enum class Mask : std::uint8_t { given, predicted };
Memory remember(const Sam2& network, const Features& features, const Frame& frame, Mask mask);

// The map alone, of masks (P, 1, H, W) in 0 ... 1 and scores (P, 1).
at::Tensor encode_memory(const Sam2& network, const Features& features, const at::Tensor& masks,
                         const at::Tensor& scores);

}  // namespace voxarena::sam2
