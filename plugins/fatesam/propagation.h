// From the middle slice of a volume to its first, then to its last: each slice recalls support
// slices that look like it and the slices segmented before.
#pragma once

#include <vector>

#include "plugins/fatesam/supports.h"

namespace voxarena::fatesam {

struct TrackedSlice {
  std::int64_t slice = 0;
  std::vector<std::int64_t> supports = {};    // of the gallery, nearest first
  std::vector<std::int64_t> neighbours = {};  // slices whose memory maps it saw, nearest first
  std::int64_t pointers = 0;                  // object pointers it saw
  at::Tensor logits = {};                     // (P, 1, H/4, W/4)
};

// 2, 1, 0, 3, 4 of five.
std::vector<std::int64_t> order_of_work(std::int64_t slices);

// In the order of the work; `slices` (C, h, w).
std::vector<TrackedSlice> track_volume(SliceEncoder& encoder, SupportGallery& gallery,
                                       std::vector<at::Tensor> slices, const RunContext& context);

}  // namespace voxarena::fatesam
