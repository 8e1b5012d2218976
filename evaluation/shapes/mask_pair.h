// The two masks of one class, cut to the box that holds both.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

// Masks of 0 and 1 with a margin of one empty voxel on every side, so that neighbours need no
// bounds checks. What lies outside of the image counts as background.
struct MaskPair {
  Extent size{};  // with the margin
  Spacing spacing{1, 1, 1};
  bool flat = false;  // an image of one slice: without margin along z, whose spacing is 1
  std::vector<std::uint8_t> reference, prediction;
};

// `box` holds every voxel of the class in both images (as LabelBoxes says). Voxels whose reference
// value is `ignore` belong to neither mask.
MaskPair cut_masks(const LabelImage& reference, const LabelImage& prediction, const Box& box,
                   const std::vector<int>& labels, std::optional<int> ignore);

}  // namespace voxarena
