// The protocol's loss: cross entropy + soft Dice, with deep supervision (nnU-Net's DC_and_CE_loss).
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace voxarena::nn {

// Soft Dice averaged over foreground classes, with sign: -1 is perfect. `logits` (B, K, ...),
// `target` int64 (B, ...). With batch_dice the sums run over the batch before the ratio. Smoothing
// 1e-5; sums in float32.
at::Tensor soft_dice_loss(const at::Tensor& logits, const at::Tensor& target, bool batch_dice);

// Cross entropy (mean over voxels) + soft Dice, weights 1 and 1.
struct DiceCrossEntropy {
  at::Tensor dice, cross_entropy;
  at::Tensor total() const;
};
DiceCrossEntropy dice_cross_entropy(const at::Tensor& logits, const at::Tensor& target,
                                    bool batch_dice);

// Target at another resolution, nearest-exact: (B, ...) → (B, *size).
at::Tensor resize_target(const at::Tensor& target, at::IntArrayRef size);

// Weights of `count` resolutions: 1, 1/2, 1/4, ..., the last one 0 (if there is more than one),
// normalised to sum 1.
std::vector<double> deep_supervision_weights(std::size_t count);

}  // namespace voxarena::nn
