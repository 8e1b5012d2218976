#include "plugins/masksam/boxes.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

#include <utility>

namespace voxarena::masksam {
namespace {

// First and last true entry of (..., n), 0 where there is none, divided by `size`.
std::pair<at::Tensor, at::Tensor> extent(const at::Tensor& line, std::int64_t size) {
  const std::int64_t n = line.size(-1);
  const at::Tensor index = at::arange(n, line.options().dtype(at::kLong));
  const at::Tensor first = at::where(line, index, n).amin(-1),
                   last = at::where(line, index, 0).amax(-1);
  const at::Tensor some = line.any(-1);
  const auto fraction = [&](const at::Tensor& i) {
    return at::where(some, i, 0).to(at::kFloat) / static_cast<double>(size);
  };
  return {fraction(first), fraction(last)};
}

at::Tensor area(const at::Tensor& box) {
  return (box.select(-1, 2) - box.select(-1, 0)) * (box.select(-1, 3) - box.select(-1, 1));
}

}  // namespace

at::Tensor tight_boxes(const at::Tensor& masks, std::int64_t height, std::int64_t width) {
  const auto [x1, x2] = extent(masks.any(-2), width);
  const auto [y1, y2] = extent(masks.any(-1), height);
  return at::stack({x1, y1, x2, y2}, -1);
}

at::Tensor boxes_from_fractions(const at::Tensor& fractions) {
  const at::Tensor exact = fractions.to(c10::promoteTypes(fractions.scalar_type(), at::kFloat));
  const at::Tensor corner = exact.select(-2, 0), part = exact.select(-2, 1);
  return at::cat({corner, corner + (1 - corner) * part}, -1);
}

at::Tensor generalized_iou(const at::Tensor& a, const at::Tensor& b) {
  constexpr double kSmallest = 1e-6;
  const at::Tensor a1 = a.narrow(-1, 0, 2), a2 = a.narrow(-1, 2, 2);
  const at::Tensor b1 = b.narrow(-1, 0, 2), b2 = b.narrow(-1, 2, 2);
  const auto product = [](const at::Tensor& sides) {
    return sides.select(-1, 0) * sides.select(-1, 1);
  };
  const at::Tensor overlap = product((at::minimum(a2, b2) - at::maximum(a1, b1)).clamp_min(0));
  const at::Tensor both = area(a) + area(b) - overlap;
  const at::Tensor hull = product(at::maximum(a2, b2) - at::minimum(a1, b1));
  return overlap / both.clamp_min(kSmallest) - (hull - both) / hull.clamp_min(kSmallest);
}

}  // namespace voxarena::masksam
