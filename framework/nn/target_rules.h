// How the numbers of a target are to be read: classes or overlapping regions, and voxels that do
// not count (nnU-Net's regions and ignore label).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace voxarena::nn {

struct TargetRules {
  // bool (R, V) on the target's device: region r contains label v; the network answers with R
  // logits for independent sigmoids. Undefined: a label is a class, the logits go into a softmax.
  at::Tensor regions = {};
  // Voxels with this label count nowhere.
  std::optional<std::int64_t> ignore = {};

  bool has_regions() const { return regions.defined(); }
};

// (B, ...) → bool (B, R, ...): the voxel lies in the region.
at::Tensor region_target(const at::Tensor& target, const TargetRules& rules);

// bool (B, 1, ...): the voxel counts. Undefined without an ignore label.
at::Tensor counting_voxels(const at::Tensor& target, const TargetRules& rules);

}  // namespace voxarena::nn
