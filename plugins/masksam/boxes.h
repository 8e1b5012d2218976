// Boxes (x1, y1, x2, y2) as fractions of the slice's width and height, in the last dimension.
#pragma once

#include <ATen/core/Tensor.h>

namespace voxarena::masksam {

// The tight box of every mask (..., H, W) of bools: first and last index divided by `width` and
// `height` (the last one included, so that a full mask ends at (W - 1) / W); zeros for an empty
// one.
at::Tensor tight_boxes(const at::Tensor& masks, std::int64_t height, std::int64_t width);

// The network's form (..., 2, 2), rows (x1, y1) and the fractions of what is left to the right of
// and below it that the box covers: x2 = x1 + (1 - x1) px. Returns (..., 4).
at::Tensor boxes_from_fractions(const at::Tensor& fractions);

// Generalised intersection over union of two lists of boxes that broadcast: (..., 4) → (...).
// Boxes without an area count as 1e-6.
at::Tensor generalized_iou(const at::Tensor& a, const at::Tensor& b);

}  // namespace voxarena::masksam
