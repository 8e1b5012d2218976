#include "plugins/fewshot/incontext/slice_augmentation.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/affine_grid_generator.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/grid_sampler_2d.h>
#include <ATen/ops/stack.h>

namespace voxarena::fewshot {
namespace {

constexpr double kTurn = 0.12;   // radians, standard deviation; the others, too
constexpr double kScale = 0.10;  // of the logarithm
constexpr double kShift = 0.06;  // of half an edge
constexpr double kBend = 0.03;   // of half an edge
constexpr double kBias = 0.20;   // of the slice's deviation

// (N, side, side, 2): where each pixel comes from, -1 ... 1.
at::Tensor draw_places(std::int64_t count, std::int64_t side, TaskRandom& random) {
  const at::Tensor turn = random.normal({count}) * kTurn;
  const at::Tensor scale = (random.normal({count}) * kScale).exp();
  const at::Tensor shift = random.normal({count, 2, 1}) * kShift;
  const at::Tensor cosine = turn.cos() * scale, sine = turn.sin() * scale;
  const at::Tensor matrix =
      at::stack({at::stack({cosine, -sine}, 1), at::stack({sine, cosine}, 1)}, 1);
  const at::Tensor places = at::affine_grid_generator(
      at::cat({matrix, shift}, 2), at::IntArrayRef{count, 1, side, side}, /*align_corners=*/false);
  const at::Tensor bent = enlarged(random.normal({count, 2, 4, 4}), side) * kBend;
  return places + bent.permute({0, 2, 3, 1});
}

}  // namespace

LabelledSlices augmented(const LabelledSlices& slices, TaskRandom& random) {
  const std::int64_t count = slices.images.size(0), side = slices.images.size(2);
  const at::Tensor moved = at::grid_sampler_2d(at::cat({slices.images, slices.masks}, 1),
                                               draw_places(count, side, random), /*bilinear*/ 0,
                                               /*border*/ 1, /*align_corners=*/false);
  const at::Tensor image =
      moved.narrow(1, 0, 1) + enlarged(random.normal({count, 1, 3, 3}), side) * kBias;
  const at::Tensor deviation =
      image.std(at::IntArrayRef{2, 3}, /*unbiased=*/true, /*keepdim=*/true);
  return {(image - image.mean({2, 3}, true)) / (deviation + 1e-5), moved.narrow(1, 1, 1)};
}

}  // namespace voxarena::fewshot
