#include "plugins/masksam/point_sampling.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/grid_sampler.h>
#include <ATen/ops/rand.h>

namespace voxarena::masksam {

at::Tensor sample(const at::Tensor& masks, const at::Tensor& points) {
  constexpr std::int64_t kBilinear = 0, kZeros = 0;
  const at::Tensor grid = (2 * points - 1).unsqueeze(1);
  return at::grid_sampler(masks, grid, kBilinear, kZeros, false).squeeze(2);
}

at::Tensor random_points(std::int64_t count, std::int64_t points, const at::Tensor& like) {
  return at::rand({count, points, 2}, like.options());
}

at::Tensor uncertain_points(const at::Tensor& logits, std::int64_t points) {
  constexpr double kOversampling = 2, kImportance = 0.75;
  const at::NoGradGuard no_grad;
  const auto candidates = static_cast<std::int64_t>(kOversampling * static_cast<double>(points));
  const auto important = static_cast<std::int64_t>(kImportance * static_cast<double>(points));
  const at::Tensor all = random_points(logits.size(0), candidates, logits);
  const at::Tensor certainty = sample(logits.unsqueeze(1), all).squeeze(1).abs();
  const at::Tensor best = std::get<1>(certainty.topk(important, 1, /*largest=*/false));
  const at::Tensor chosen = all.gather(1, best.unsqueeze(-1).expand({-1, -1, 2}));
  return at::cat({chosen, random_points(logits.size(0), points - important, logits)}, 1);
}

}  // namespace voxarena::masksam
