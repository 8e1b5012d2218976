// PerSAM on one slice: where it looks like the target, and the mask that SAM draws there.
#pragma once

#include <ATen/core/Tensor.h>

#include "plugins/sam/config.h"

namespace voxarena::sam {
class Sam;
}

namespace voxarena::persam {

// A slice in SAM's frame: its longer side fills it, the rest is zero.
struct EncodedSlice {
  at::Tensor embedding;       // (1, dim, h, w)
  sam::Extent slice, scaled;  // pixels, before and in the frame
};

// A slice (C, height, width) as a picture.
EncodedSlice encode_slice(const sam::Sam& network, const at::Tensor& slice);

// Mean embedding (dim) of the tokens that a mask (height, width), zeros and ones, covers by half or
// more; of the one it covers most if there are none.
at::Tensor target_of(const sam::Sam& network, const EncodedSlice& slice, const at::Tensor& mask);

// Cosine of every token's embedding and the target, (h, w).
at::Tensor similarity(const EncodedSlice& slice, const at::Tensor& target);

// Logits (height, width) of what looks like the target. The most and the least similar pixel are
// SAM's points; attention is guided by the similarity and tokens by the target. Then the mask is
// `refinements` times a prompt again, the second time with its box.
at::Tensor segment_slice(const sam::Sam& network, const EncodedSlice& slice,
                         const at::Tensor& target, std::int64_t refinements);

}  // namespace voxarena::persam
