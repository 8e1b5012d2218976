#include "inference/window_job.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <fmt/ranges.h>

#include <cmath>

#include "inference/evaluation_mode.h"
#include "voxarena/core/error.h"
#include "voxarena/core/memory.h"

namespace voxarena {
namespace {

// A view of the window at `corner` in (C, Z, Y, X), or in (Z, Y, X).
at::Tensor window_view(const at::Tensor& volume, const Extent& corner, const Extent& patch) {
  at::Tensor view = volume;
  for (std::int64_t axis = 0; axis < 3; ++axis) {
    const auto i = static_cast<std::size_t>(axis);
    view = view.narrow(volume.dim() - 3 + axis, corner[i], patch[i]);
  }
  return view;
}

at::Tensor as_tensor(const Volume<float>& volume) {
  return at::from_blob(const_cast<float*>(volume.values.data()),
                       {volume.channels, volume.size[0], volume.size[1], volume.size[2]},
                       at::kFloat);
}

void make_accumulators(WindowJob& job, std::int64_t classes) {
  const auto& size = job.padding.size;
  const std::vector<std::int64_t> shape{classes, size[0], size[1], size[2]};
  if (job.accumulator.is_cpu()) {
    const std::int64_t copies = job.padding.any() || !job.device.is_cpu() ? 2 : 1;
    require_memory(fmt::format("sliding window: {} classes of {} x {} x {} voxels", classes,
                               size[0], size[1], size[2]),
                   (classes * copies + 1) * voxels(size) * static_cast<std::int64_t>(sizeof(float)),
                   job.memory);
    job.host = Volume<float>(classes, size);
    job.logits = at::from_blob(job.host.values.data(), shape, at::kFloat);
  } else {
    job.logits = at::zeros(shape, at::TensorOptions(job.accumulator).dtype(at::kFloat));
  }
  job.weights = at::zeros({size[0], size[1], size[2]}, job.logits.options());
}

}  // namespace

std::vector<std::vector<std::int64_t>> mirror_flips(const std::vector<int>& axes, bool planar) {
  std::vector<std::vector<std::int64_t>> flips;
  for (std::size_t subset = 0; subset < std::size_t{1} << axes.size(); ++subset) {
    flips.emplace_back();
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if ((subset >> i & 1U) != 0) flips.back().push_back(axes[i] + (planar ? 2 : 1));
    }
  }
  return flips;
}

void extract(const WindowJob& job, WindowCall& call) {
  std::vector<at::Tensor> patches;
  for (std::int64_t item = call.first; item < call.last; ++item) {
    const auto& corner = job.windows[static_cast<std::size_t>(item / job.copies())];
    const auto& flip = job.flips[static_cast<std::size_t>(item % job.copies())];
    const at::Tensor patch = window_view(job.image, corner, job.patch);
    patches.push_back(flip.empty() ? patch : patch.flip(flip));
  }
  call.tensor = at::stack(patches);
  if (job.planar) call.tensor = call.tensor.squeeze(2);
}

void ask_network(const WindowJob& job, WindowCall& call) {
  const at::NoGradGuard no_gradients;
  const Autocast autocast(job.device, job.options.mixed_precision);
  const at::Tensor patches = call.tensor.to(job.device, /*non_blocking=*/true);
  at::Tensor answer = job.model.predict(patches);
  const bool fits = answer.dim() == patches.dim() && answer.size(0) == patches.size(0) &&
                    answer.sizes().slice(2) == patches.sizes().slice(2);
  if (!fits) {
    throw Error::input(
        fmt::format("the network answered with shape ({}) to patches of shape ({})",
                    fmt::join(answer.sizes(), ", "), fmt::join(patches.sizes(), ", ")),
        "predict() must return logits (B, K, *patch) for patches (B, C, "
        "*patch)");
  }
  if (job.planar) answer = answer.unsqueeze(2);
  call.tensor = answer.to(at::kFloat);
}

void accumulate(WindowJob& job, const WindowCall& call) {
  const at::NoGradGuard no_gradients;
  if (!job.logits.defined()) make_accumulators(job, call.tensor.size(1));
  if (call.tensor.size(1) != job.logits.size(0))
    throw Error::input("the network changed its number of classes");
  const at::Tensor answers = call.tensor.to(job.accumulator);
  for (std::int64_t item = call.first; item < call.last; ++item) {
    const auto& corner = job.windows[static_cast<std::size_t>(item / job.copies())];
    const auto& flip = job.flips[static_cast<std::size_t>(item % job.copies())];
    const at::Tensor answer = answers.select(0, item - call.first);
    window_view(job.logits, corner, job.patch)
        .addcmul_(flip.empty() ? answer : answer.flip(flip), job.importance);
    window_view(job.weights, corner, job.patch).add_(job.importance);
  }
}

at::Tensor padded_image(const Volume<float>& image, const Padding& padding) {
  const at::Tensor tensor = as_tensor(image);
  if (!padding.any()) return tensor;
  std::vector<std::int64_t> widths;  // last axis first: before, behind
  for (std::size_t axis = 3; axis-- > 0;) {
    widths.push_back(padding.image.lo[axis]);
    widths.push_back(padding.size[axis] - padding.image.hi[axis]);
  }
  return at::constant_pad_nd(tensor, widths, 0);
}

Volume<float> finish(WindowJob& job) {
  job.logits.div_(job.weights);
  if (!std::isfinite(job.logits.sum(at::kDouble).item<double>())) {
    throw Error::input("the network's logits are not finite",
                       "the training diverged or the weights are damaged");
  }
  if (job.accumulator.is_cpu() && !job.padding.any()) return std::move(job.host);
  Volume<float> result(job.logits.size(0), job.padding.image.size());
  as_tensor(result).copy_(window_view(job.logits, job.padding.image.lo, result.size));
  return result;
}

}  // namespace voxarena
