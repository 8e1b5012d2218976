// What SAM is asked with, and what it answers.
#pragma once

#include <ATen/core/Tensor.h>

namespace voxarena::sam {

// P prompts; what is undefined is absent. Coordinates are (x, y) in pixels of the frame.
struct Prompts {
  at::Tensor points;  // float (P, n, 2)
  at::Tensor labels;  // (P, n): 1 foreground, 0 background, -1 not a point
  at::Tensor boxes;   // float (P, 4): x1 y1 x2 y2
  at::Tensor masks;   // float (P, 1, 4 h, 4 w): logits
};

struct Masks {
  at::Tensor logits;  // (P, 1 or 3, 4 h, 4 w)
  at::Tensor iou;     // (P, 1 or 3): predicted overlap with the truth
};

}  // namespace voxarena::sam
