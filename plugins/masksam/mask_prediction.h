// What the network says about a batch of slices, G = B T of them with N queries each.
#pragma once

#include <ATen/core/Tensor.h>

namespace voxarena::masksam {

struct MaskPrediction {
  at::Tensor classes;  // logits (G, N, K + 1), the last one "no object"
  at::Tensor masks;    // logits (G, N, H, W)
  // Undefined where an ablation leaves them out.
  at::Tensor auxiliary_masks;  // logits (G, N, H, W)
  at::Tensor auxiliary_boxes;  // (G, N, 4) x1 y1 x2 y2, fractions of the slice
};

// Class scores (G, K, H, W): over the queries, the sum of class probability ("no object" left out)
// times mask probability.
at::Tensor semantic_scores(const MaskPrediction& prediction);

}  // namespace voxarena::masksam
