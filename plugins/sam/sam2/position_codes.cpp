#include "plugins/sam/sam2/position_codes.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/view_as_real.h>

#include <numbers>

namespace voxarena::sam2 {
namespace {

constexpr double kTemperature = 10000;

// (channels): wave lengths, each for two channels.
at::Tensor wave_lengths(std::int64_t channels, const at::TensorOptions& options) {
  const at::Tensor exponent = at::arange(channels, options).div(2, "floor") * 2 / channels;
  return at::pow(at::full({}, kTemperature, options), exponent);
}

}  // namespace

at::Tensor sine_code(std::int64_t channels, Extent grid, const at::TensorOptions& options) {
  constexpr double kEpsilon = 1e-6;
  const std::int64_t half = channels / 2;
  const at::Tensor waves = wave_lengths(half, options);
  const auto axis = [&](std::int64_t size) {  // (size, half)
    const at::Tensor place = at::arange(1, size + 1, options) /
                             (static_cast<double>(size) + kEpsilon) * (2 * std::numbers::pi);
    const at::Tensor angle = place.unsqueeze(1) / waves;
    return at::stack({angle.slice(1, 0, half, 2).sin(), angle.slice(1, 1, half, 2).cos()}, 2)
        .flatten(1);
  };
  const at::Tensor y = axis(grid.height).t().unsqueeze(2), x = axis(grid.width).t().unsqueeze(1);
  return at::cat(
             {y.expand({half, grid.height, grid.width}), x.expand({half, grid.height, grid.width})},
             0)
      .unsqueeze(0);
}

at::Tensor sine_code(const at::Tensor& numbers, std::int64_t channels) {
  const at::Tensor angle = numbers.unsqueeze(1) / wave_lengths(channels / 2, numbers.options());
  return at::cat({angle.sin(), angle.cos()}, 1);
}

at::Tensor rotations(std::int64_t dim, Extent grid, const at::TensorOptions& options) {
  const std::int64_t quarter = dim / 4;
  const at::Tensor frequencies =
      1 / at::pow(at::full({}, kTemperature, options),
                  at::arange(quarter, options) * 4 / static_cast<double>(dim));
  const auto angles = [&](std::int64_t size) {  // (size, dim / 4)
    return at::arange(size, options).unsqueeze(1) * frequencies;
  };
  const at::Tensor x = angles(grid.width).unsqueeze(0), y = angles(grid.height).unsqueeze(1);
  const std::vector<std::int64_t> shape{grid.height, grid.width, quarter};
  const at::Tensor angle = at::cat({x.expand(shape), y.expand(shape)}, 2).flatten(0, 1);
  return at::polar(at::ones_like(angle), angle);
}

at::Tensor rotate(const at::Tensor& x, const at::Tensor& rotations) {
  const std::int64_t n = rotations.size(0), dim = x.size(-1);
  const at::Tensor numbers =
      at::view_as_complex(x.contiguous().view({-1, x.size(-2) / n, n, dim / 2, 2}));
  return at::view_as_real(numbers * rotations).view(x.sizes());
}

}  // namespace voxarena::sam2
