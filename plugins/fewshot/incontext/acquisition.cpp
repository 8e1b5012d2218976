#include "plugins/fewshot/incontext/acquisition.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/replication_pad2d.h>
#include <ATen/ops/upsample_bilinear2d.h>

namespace voxarena::fewshot {
namespace {

constexpr double kTiny = 1e-5;

at::Tensor over_slice(const at::Tensor& x) { return x.view({-1, 1, 1, 1}); }

at::Tensor resized(const at::Tensor& x, std::int64_t side) {
  return at::upsample_bilinear2d(x, {side, side}, /*align_corners=*/false);
}

// A Gaussian of its own deviation (N), in pixels, for each slice.
at::Tensor blurred(const at::Tensor& slices, const at::Tensor& deviation) {
  constexpr std::int64_t kRadius = 3;
  const std::int64_t count = slices.size(0);
  const at::Tensor x = at::arange(-kRadius, kRadius + 1, at::kFloat).unsqueeze(0);
  at::Tensor kernel = (x.square() / (deviation.unsqueeze(1).square() * -2)).exp();
  kernel = kernel / kernel.sum(1, true);
  const at::Tensor padded =
      at::replication_pad2d(slices.transpose(0, 1), {kRadius, kRadius, kRadius, kRadius});
  const auto filter = [count](const at::Tensor& x, const at::Tensor& weights) {
    return at::conv2d(x, weights, /*bias=*/{}, at::IntArrayRef{1, 1}, at::IntArrayRef{0, 0},
                      at::IntArrayRef{1, 1}, count);
  };
  const at::Tensor rows = filter(padded, kernel.view({count, 1, -1, 1}));
  return filter(rows, kernel.view({count, 1, 1, -1})).transpose(0, 1);
}

// White noise, or noise of a coarser grid that also costs some sharpness.
at::Tensor noisy(const at::Tensor& slices, const at::Tensor& deviation, TaskRandom& random) {
  const std::int64_t count = slices.size(0), side = slices.size(2);
  if (!random.chance(0.6)) return slices + deviation * random.normal({count, 1, side, side});
  const std::int64_t coarse = random.integer(side * 15 / 32, side * 59 / 64);
  const at::Tensor noise = random.normal({count, 1, coarse, coarse});
  return resized(resized(slices, coarse) + deviation * noise, side);
}

}  // namespace

at::Tensor acquire(const at::Tensor& slices, const AcquisitionDraws& draws, TaskRandom& random) {
  const std::int64_t count = slices.size(0), side = slices.size(2);
  at::Tensor image =
      blurred(slices, (draws.blur * 0.9 + random.uniform({count}) * 0.15 + 0.05) * 1.6);
  const at::Tensor field = enlarged(random.normal({count, 1, 3, 3}), side);
  image = image * (over_slice(draws.bias) * 0.25 * field).exp();
  image = noisy(image, over_slice(draws.noise * 0.10 + random.uniform({count}) * 0.02), random);
  const at::Tensor low = image.amin({2, 3}, true), high = image.amax({2, 3}, true);
  const at::Tensor gamma = over_slice(draws.contrast * 0.35 + random.normal({count}) * 0.15).exp();
  image = ((image - low) / (high - low + kTiny)).clamp_min(1e-4).pow(gamma);
  return (image - image.mean({2, 3}, true)) /
         (image.std(at::IntArrayRef{2, 3}, /*unbiased=*/true, /*keepdim=*/true) + kTiny);
}

}  // namespace voxarena::fewshot
