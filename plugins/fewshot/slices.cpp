#include "plugins/fewshot/slices.h"

#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/upsample_bilinear2d.h>

namespace voxarena::fewshot {

at::Tensor thumbnails(const at::Tensor& slices, std::int64_t side) {
  const at::Tensor small = at::_upsample_bilinear2d_aa(slices, {side, side}, false);
  const at::Tensor flat = small.flatten(1);
  constexpr double kFlat = 1e-6;  // deviation of an empty slice
  return flat.sub(flat.mean(1, true))
      .div(flat.std(1, /*unbiased=*/false, /*keepdim=*/true).clamp_min(kFlat))
      .view_as(small);
}

at::Tensor scaled_masks(const at::Tensor& labels, std::int64_t classes, std::int64_t height,
                        std::int64_t width) {
  const at::Tensor masks = at::one_hot(labels, classes).permute({2, 0, 1}).to(at::kFloat);
  return at::upsample_bilinear2d(masks.unsqueeze(0).contiguous(), {height, width}, false)
      .squeeze(0);
}

}  // namespace voxarena::fewshot
