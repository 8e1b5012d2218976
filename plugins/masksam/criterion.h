// MaskSAM's training target: per slice every class present (background included) is one mask with a
// box; queries are matched to them once a step and then trained on class, mask and auxiliary
// prompts. G = B T slices, N queries, K classes.
#pragma once

#include <ATen/core/Tensor.h>

#include "plugins/masksam/mask_prediction.h"
#include "voxarena/plugin/model.h"

namespace voxarena::masksam {

struct CriterionSettings {
  std::int64_t points = 1024;  // per mask
  double class_weight = 0.2, no_object_weight = 0.1;
  double mask_weight = 1.5;  // of the final masks' cross entropy and of their Dice
  double auxiliary_mask_weight = 0.5, box_l1_weight = 0.5, box_iou_weight = 0.2;
  // As released: auxiliary masks go through the sigmoid once more than they should.
  bool auxiliary_probabilities = false;
};

struct Targets {
  at::Tensor masks;    // (G, K, H, W) 0 or 1
  at::Tensor present;  // bool (G, K), on the CPU
  at::Tensor boxes;    // (G, K, 4)
};

// `labels` int64 (G, H, W). Boxes are fractions of `height` and `width`, the slice as the network
// sees it (padding included).
Targets make_targets(const at::Tensor& labels, std::int64_t classes, std::int64_t height,
                     std::int64_t width);

// Matched pairs as int64 lists of the same length, on the device of the prediction; `targets`
// counts the masks there are (more than pairs where a slice has more classes than queries).
struct Matches {
  at::Tensor slice, query, label;
  std::int64_t targets = 0;
};

// Costs (G, N, K) of giving target k to query n, float32.
at::Tensor matching_costs(const MaskPrediction& prediction, const Targets& targets,
                          const CriterionSettings& settings);

// Least sum of costs per slice, solved on the CPU in double. Costs beyond the largest, infinite
// ones included, count as it, so that their sums stay exact enough to be compared.
inline constexpr double kLargestCost = 1e6, kCostOfNotANumber = 100;
Matches match(const at::Tensor& costs, const at::Tensor& present);

Loss mask_loss(const MaskPrediction& prediction, const Targets& targets,
               const CriterionSettings& settings);

}  // namespace voxarena::masksam
