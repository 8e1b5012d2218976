#include "plugins/fewshot/slices.h"

#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/upsample_bilinear2d.h>

namespace voxarena::fewshot {
namespace {

// (C, Z, Y, X) without a copy.
template <class T>
at::Tensor view_of(const Volume<T>& volume, at::ScalarType type) {
  return at::from_blob(const_cast<T*>(volume.values.data()),
                       {volume.channels, volume.size[0], volume.size[1], volume.size[2]}, type);
}

}  // namespace

at::Tensor slices_of(const Volume<float>& image, int axis) {
  return view_of(image, at::kFloat).movedim(axis + 1, 0).contiguous();
}

at::Tensor slices_of(const Volume<std::int16_t>& labels, int axis) {
  return view_of(labels, at::kShort).select(0, 0).movedim(axis, 0).to(at::kLong).contiguous();
}

at::Tensor stack_across(const at::Tensor& slices, int axis) {
  return slices.movedim(0, axis + 1).contiguous();
}

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

std::vector<int> parse_axes(const std::string& option) {
  if (option == "z") return {0};
  if (option == "y") return {1};
  if (option == "x") return {2};
  return {0, 1, 2};
}

}  // namespace voxarena::fewshot
