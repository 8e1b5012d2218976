#include "plugins/fewshot/incontext/support_slices.h"

#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cdist.h>
#include <ATen/ops/full.h>
#include <ATen/ops/one_hot.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "plugins/fewshot/slices.h"
#include "voxarena/plugin/volume_slices.h"

namespace voxarena::fewshot {
namespace {

// (S, C, Y, X) across an axis → the part in the box.
at::Tensor part(const at::Tensor& slices, const Box& box, int axis) {
  const int row = axis == 0 ? 1 : 0, column = axis == 2 ? 1 : 2;
  const auto narrowed = [&box](const at::Tensor& x, std::int64_t dimension, int along) {
    const auto a = static_cast<std::size_t>(along);
    return x.narrow(dimension, box.lo[a], box.hi[a] - box.lo[a]);
  };
  return narrowed(narrowed(narrowed(slices, 0, axis), -2, row), -1, column).contiguous();
}

}  // namespace

Box RelativeBox::in(const Extent& size) const {
  Box box;
  for (std::size_t a = 0; a < 3; ++a) {
    const auto edge = static_cast<double>(size[a]);
    box.lo[a] = std::clamp<std::int64_t>(std::llround(std::floor(lo[a] * edge)), 0, size[a] - 1);
    box.hi[a] =
        std::clamp<std::int64_t>(std::llround(std::ceil(hi[a] * edge)), box.lo[a] + 1, size[a]);
  }
  return box;
}

RelativeBox covered_box(const SupportSet& supports) {
  RelativeBox box{.lo = {1, 1, 1}, .hi = {0, 0, 0}};
  for (const SupportCase& one : supports.cases) {
    const Extent& size = one.labels.size;
    std::size_t i = 0;
    for (std::int64_t z = 0; z < size[0]; ++z) {
      for (std::int64_t y = 0; y < size[1]; ++y) {
        for (std::int64_t x = 0; x < size[2]; ++x) {
          if (one.labels.values[i++] == 0) continue;
          const Extent at{z, y, x};
          for (std::size_t a = 0; a < 3; ++a) {
            const auto edge = static_cast<double>(size[a]), place = static_cast<double>(at[a]);
            box.lo[a] = std::min(box.lo[a], place / edge);
            box.hi[a] = std::max(box.hi[a], (place + 1) / edge);
          }
        }
      }
    }
  }
  if (box.lo[0] > box.hi[0]) return {};
  constexpr double kMargin = 0.1;
  for (std::size_t a = 0; a < 3; ++a) {
    const double margin = kMargin * (box.hi[a] - box.lo[a]);
    box.lo[a] = std::max(0.0, box.lo[a] - margin);
    box.hi[a] = std::min(1.0, box.hi[a] + margin);
  }
  return box;
}

at::Tensor image_slices(const Volume<float>& image, const Box& box, int axis) {
  return thumbnails(part(slices_of(image, axis).mean(1, /*keepdim=*/true), box, axis), kSide);
}

at::Tensor mask_slices(const Volume<std::int16_t>& labels, std::int64_t classes, const Box& box,
                       int axis) {
  const at::Tensor inside = part(slices_of(labels, axis), box, axis);
  const at::Tensor masks = at::one_hot(inside, classes).permute({0, 3, 1, 2}).to(at::kFloat);
  return at::_upsample_bilinear2d_aa(masks.contiguous(), {kSide, kSide}, false);
}

SupportSlices support_slices(const SupportSet& supports, std::int64_t classes,
                             const RelativeBox& box, int axis) {
  std::vector<at::Tensor> images, masks, owners;
  for (std::size_t i = 0; i < supports.cases.size(); ++i) {
    const SupportCase& one = supports.cases[i];
    const Box inside = box.in(one.image.size);
    images.push_back(image_slices(one.image, inside, axis));
    masks.push_back(mask_slices(one.labels, classes, inside, axis));
    owners.push_back(at::full({images.back().size(0)}, static_cast<std::int64_t>(i), at::kLong));
  }
  SupportSlices slices;
  slices.axis = axis;
  slices.images = at::cat(images);
  slices.masks = at::cat(masks);
  slices.shown = slices.masks.amax({2, 3}).gt(0.5);
  slices.owner = at::cat(owners);
  return slices;
}

at::Tensor nearest_slices(const at::Tensor& asked, const SupportSlices& slices, std::int64_t count,
                          const at::Tensor& excluded) {
  at::Tensor distances = at::cdist(asked.flatten(1), slices.images.flatten(1), 1.0);
  constexpr double kFar = 1e30;
  if (excluded.defined()) distances = distances.masked_fill(excluded, kFar);
  return std::get<1>(distances.topk(std::min(count, distances.size(1)), 1, /*largest=*/false));
}

}  // namespace voxarena::fewshot
