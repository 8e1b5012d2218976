#include "plugins/sam/picture.h"

#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

namespace voxarena::sam {

at::Tensor as_picture(const at::Tensor& slice) {
  constexpr std::int64_t kColours = 3;
  const at::Tensor low = slice.amin({1, 2}, true), range = slice.amax({1, 2}, true) - low;
  const at::Tensor scaled = at::where(range > 0, (slice - low) / range, at::zeros_like(slice));
  const at::Tensor colours = scaled.size(0) == kColours ? scaled : scaled.mean(0, true);
  return colours.expand({kColours, -1, -1});
}

}  // namespace voxarena::sam
