// Logits of the classes, each for itself, to scores of all.
#pragma once

#include "plugins/fatesam/propagation.h"

namespace voxarena::fatesam {

// Slices in any order → (S, K, height, width) in that of the volume. The largest score wins: the
// largest logit, within -10 ... 10, or background (0) where none is positive. `last_wins`, as the
// released code: of all classes with a positive logit the last; scores are 0 and 1.
at::Tensor fuse(const std::vector<TrackedSlice>& slices, std::int64_t height, std::int64_t width,
                bool last_wins);

}  // namespace voxarena::fatesam
