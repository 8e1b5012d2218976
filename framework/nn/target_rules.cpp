#include "voxarena/nn/target_rules.h"

#include <ATen/ops/index_select.h>
#include <ATen/ops/ne.h>

#include <vector>

namespace voxarena::nn {

at::Tensor region_target(const at::Tensor& target, const TargetRules& rules) {
  std::vector<std::int64_t> size = target.sizes().vec();
  size.insert(size.begin(), rules.regions.size(0));
  return rules.regions.index_select(1, target.flatten()).view(size).transpose(0, 1);
}

at::Tensor counting_voxels(const at::Tensor& target, const TargetRules& rules) {
  if (!rules.ignore) return {};
  return target.ne(*rules.ignore).unsqueeze(1);
}

}  // namespace voxarena::nn
