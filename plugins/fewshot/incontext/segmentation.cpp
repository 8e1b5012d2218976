#include "plugins/fewshot/incontext/segmentation.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <utility>

#include "plugins/fewshot/incontext/adaptation.h"
#include "plugins/fewshot/slices.h"
#include "voxarena/plugin/volume_slices.h"

namespace voxarena::fewshot {
namespace {

constexpr std::int64_t kSlicesAtOnce = 16;  // more would not be faster

void use_threads(int threads) {
  if (at::get_num_threads() != threads) at::set_num_threads(threads);
}

at::Tensor scores_view(Volume<float>& scores) {
  return at::from_blob(scores.values.data(),
                       {scores.channels, scores.size[0], scores.size[1], scores.size[2]},
                       at::kFloat);
}

}  // namespace

InContextSegmenter::InContextSegmenter(std::shared_ptr<InContextNetwork> network,
                                       const SupportSet& supports,
                                       const InContextSettings& settings, const RunContext& context)
    : network_(std::move(network)), settings_(settings) {
  use_threads(context.threads);
  if (settings_.crop) box_ = covered_box(supports);
  std::vector<SupportSlices> slices;
  for (const int axis : settings_.axes)
    slices.push_back(support_slices(supports, settings_.classes, box_, axis));
  if (settings_.adapt_steps > 0 || settings_.adapt_seconds > 0) {
    network_ = adapt(network_, slices,
                     {.steps = settings_.adapt_steps,
                      .seconds = settings_.adapt_seconds,
                      .retrieved = settings_.retrieved,
                      .seed = settings_.seed},
                     context);
  }
  const at::NoGradGuard no_grad;
  for (SupportSlices& one : slices) memories_.push_back(remember(std::move(one)));
}

SliceMemory InContextSegmenter::remember(SupportSlices slices) const {
  const std::int64_t count = slices.images.size(0), structures = settings_.classes - 1;
  std::vector<at::Tensor> keys, values;
  for (std::int64_t start = 0; start < count; start += kSlicesAtOnce) {
    const std::int64_t end = std::min(count, start + kSlicesAtOnce);
    const at::Tensor map =
        network_->encode(slices.images.slice(0, start, end).to(at::Device(settings_.device))).map;
    keys.push_back(network_->memory_keys(map));
    std::vector<at::Tensor> of_class;
    for (std::int64_t k = 1; k <= structures; ++k) {
      const at::Tensor masks = slices.masks.slice(0, start, end).slice(1, k, k + 1);
      of_class.push_back(network_->memory_values(map, masks.to(at::Device(settings_.device))));
    }
    values.push_back(at::stack(of_class, 1));
  }
  return {std::move(slices), at::cat(keys), at::cat(values)};
}

at::Tensor InContextSegmenter::ask(const at::Tensor& images, const SliceMemory& memory) const {
  const at::Tensor nearest = nearest_slices(images, memory.slices, settings_.retrieved);
  // A structure that none of them shows is not there.
  const at::Tensor shown = memory.slices.shown.index_select(0, nearest.flatten())
                               .view({nearest.size(0), nearest.size(1), -1})
                               .any(1);
  at::Tensor shares = at::zeros({images.size(0), settings_.classes - 1, kSide, kSide});
  const at::Device device(settings_.device);
  for (std::int64_t start = 0; start < images.size(0); start += kSlicesAtOnce) {
    const std::int64_t end = std::min(images.size(0), start + kSlicesAtOnce);
    const SliceFeatures features = network_->encode(images.slice(0, start, end).to(device));
    for (std::int64_t k = 1; k < settings_.classes; ++k) {
      const at::Tensor asked = shown.select(1, k).slice(0, start, end).nonzero().flatten();
      const std::int64_t count = asked.size(0);
      if (count == 0) continue;
      const at::Tensor chosen =
          nearest.slice(0, start, end).index_select(0, asked).flatten().to(device);
      const auto recalled = [&](const at::Tensor& tokens) {
        return tokens.index_select(0, chosen).view({count, -1, kWidth});
      };
      const at::Tensor logits =
          network_->decode(features.select(asked.to(device)), recalled(memory.keys),
                           recalled(memory.values.select(1, k - 1)));
      shares.select(1, k - 1)
          .slice(0, start, end)
          .index_copy_(0, asked, at::sigmoid(logits).squeeze(1).to(at::kCPU));
    }
  }
  return shares;
}

Volume<float> InContextSegmenter::segment(const Volume<float>& image, const RunContext& context) {
  use_threads(context.threads);
  const at::NoGradGuard no_grad;
  const Box box = box_.in(image.size);
  const Extent size = box.size();
  at::Tensor sum = at::zeros({settings_.classes - 1, size[0], size[1], size[2]});
  for (const SliceMemory& memory : memories_) {
    const int axis = memory.slices.axis;
    const at::Tensor shares = ask(image_slices(image, box, axis), memory);
    const std::int64_t height = size[axis == 0 ? 1 : 0], width = size[axis == 2 ? 1 : 2];
    sum += stack_across(at::upsample_bilinear2d(shares, {height, width}, false), axis);
  }
  Volume<float> scores(settings_.classes, image.size);
  std::fill_n(scores.channel(0), scores.voxels_per_channel(), 0.5F);
  scores_view(scores)
      .slice(0, 1)
      .slice(1, box.lo[0], box.hi[0])
      .slice(2, box.lo[1], box.hi[1])
      .slice(3, box.lo[2], box.hi[2])
      .copy_(sum / static_cast<double>(memories_.size()));
  return scores;
}

}  // namespace voxarena::fewshot
