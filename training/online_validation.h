// nnU-Net's "pseudo Dice": hard counts over validation patches, summed before the ratio.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "voxarena/nn/target_rules.h"

namespace voxarena {

class OnlineDice {
 public:
  // `logits` (B, K, ...) and `target` int64 (B, ...) on one device; nothing is waited for.
  void add(const at::Tensor& logits, const at::Tensor& target, const nn::TargetRules& rules = {});

  // 2 tp / (2 tp + fp + fn) per class 1..K-1, or per region; NaN for one that is in neither target
  // nor prediction.
  std::vector<double> per_class() const;

 private:
  at::Tensor hits_, sizes_;  // int64 (classes): tp; voxels of the target and of the prediction
};

// Mean without NaN; NaN if nothing is left.
double mean_of_seen(const std::vector<double>& dice);

}  // namespace voxarena
