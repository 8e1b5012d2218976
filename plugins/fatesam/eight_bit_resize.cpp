#include "plugins/fatesam/eight_bit_resize.h"

#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace voxarena::fatesam {
namespace {

constexpr double kOne = 1 << 22;  // of the rounded weights

double cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0;
}

// float64 (out, in): whole numbers, kOne a row.
at::Tensor weights(std::int64_t in, std::int64_t out) {
  at::Tensor table = at::zeros({out, in}, at::kDouble);
  auto* rows = table.data_ptr<double>();
  const double scale = static_cast<double>(in) / static_cast<double>(out),
               stretch = std::max(scale, 1.0), reach = 2 * stretch;
  for (std::int64_t o = 0; o < out; ++o) {
    const double centre = (static_cast<double>(o) + 0.5) * scale;
    const auto first = std::max<std::int64_t>(static_cast<std::int64_t>(centre - reach + 0.5), 0);
    const auto end = std::min(static_cast<std::int64_t>(centre + reach + 0.5), in);
    std::vector<double> row;
    double sum = 0;
    for (std::int64_t i = first; i < end; ++i) {
      row.push_back(cubic((static_cast<double>(i) - centre + 0.5) * (1 / stretch)));
      sum += row.back();
    }
    for (std::size_t i = 0; i < row.size(); ++i)
      rows[o * in + first + static_cast<std::int64_t>(i)] = std::round(row[i] / sum * kOne);
  }
  return table;
}

at::Tensor rounded(const at::Tensor& sums) {
  return ((sums + kOne / 2) / kOne).floor().clamp(0, 255);
}

}  // namespace

at::Tensor resize_eight_bits(const at::Tensor& picture, std::int64_t height, std::int64_t width) {
  const at::Tensor wide = rounded(at::matmul(picture, weights(picture.size(-1), width).t()));
  return rounded(at::matmul(weights(picture.size(-2), height), wide));
}

}  // namespace voxarena::fatesam
