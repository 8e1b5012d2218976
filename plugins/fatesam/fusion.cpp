#include "plugins/fatesam/fusion.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

namespace voxarena::fatesam {
namespace {

// (P, h, w) of bool → (P + 1, h, w): one-hot, the last true one or background.
at::Tensor last_of(const at::Tensor& masks) {
  at::Tensor label = at::zeros_like(masks[0], at::kLong);
  for (std::int64_t k = 0; k < masks.size(0); ++k) label = at::where(masks[k], k + 1, label);
  return at::one_hot(label, masks.size(0) + 1).permute({2, 0, 1}).to(at::kFloat);
}

}  // namespace

at::Tensor fuse(const std::vector<TrackedSlice>& slices, std::int64_t height, std::int64_t width,
                bool last_wins) {
  constexpr double kSure = 10;  // logit of a given mask; no object is -1024 and would outvote all
  std::vector<at::Tensor> scores(slices.size());
  for (const TrackedSlice& one : slices) {
    const at::Tensor logits =
        at::upsample_bilinear2d(one.logits, {height, width}, false).squeeze(1).to(at::kCPU);
    scores[static_cast<std::size_t>(one.slice)] =
        last_wins ? last_of(logits > 0)
                  : at::cat({at::zeros_like(logits.narrow(0, 0, 1)), logits.clamp(-kSure, kSure)});
  }
  return at::stack(scores);
}

}  // namespace voxarena::fatesam
