// The protocol's loss: cross entropy + soft Dice, with deep supervision (nnU-Net's DC_and_CE_loss
// and DC_and_BCE_loss).
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "voxarena/nn/target_rules.h"

namespace voxarena::nn {

// Soft Dice averaged over foreground classes, with sign: -1 is perfect. `logits` (B, K, ...),
// `target` int64 (B, ...). With batch_dice the sums run over the batch before the ratio. Smoothing
// 1e-5; sums in float32. With regions: over all of them, of sigmoids.
at::Tensor soft_dice_loss(const at::Tensor& logits, const at::Tensor& target, bool batch_dice,
                          const TargetRules& rules = {});

// Cross entropy (mean over voxels) + soft Dice, weights 1 and 1. With regions the binary cross
// entropy, mean over regions and voxels; with an ignore label as well, nnU-Net divides the sum over
// regions by the number of voxels alone, and so does this. A batch without any voxel that counts
// has a cross entropy of 0.
struct DiceCrossEntropy {
  at::Tensor dice, cross_entropy;
  at::Tensor total() const;
};
DiceCrossEntropy dice_cross_entropy(const at::Tensor& logits, const at::Tensor& target,
                                    bool batch_dice, const TargetRules& rules = {});

// Target at another resolution, nearest-exact: (B, ...) → (B, *size).
at::Tensor resize_target(const at::Tensor& target, at::IntArrayRef size);

// Weights of `count` resolutions: 1, 1/2, 1/4, ..., the last one 0 (if there is more than one),
// normalised to sum 1.
std::vector<double> deep_supervision_weights(std::size_t count);

}  // namespace voxarena::nn
