// The supports as the network sees them: labelled square slices across one axis.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "plugins/fewshot/incontext/network.h"
#include "voxarena/plugin/segmenter.h"

namespace voxarena::fewshot {

// Part of a field of view, in shares of its edges (0 ... 1), along (z, y, x).
struct RelativeBox {
  std::array<double, 3> lo{0, 0, 0}, hi{1, 1, 1};

  // At least one voxel; rounded outwards.
  Box in(const Extent& size) const;
};

// What the foreground of all supports covers in their fields of view, and a tenth of its edges
// around it. Everything if there is no foreground.
RelativeBox covered_box(const SupportSet& supports);

// Slices across `axis` of a part of a volume, S of them.
// (S, 1, kSide, kSide), each of mean 0 and deviation 1: mean of the channels.
at::Tensor image_slices(const Volume<float>& image, const Box& box, int axis);
// (S, classes, kSide, kSide): shares 0 ... 1 of the classes.
at::Tensor mask_slices(const Volume<std::int16_t>& labels, std::int64_t classes, const Box& box,
                       int axis);

struct SupportSlices {
  int axis = 0;
  at::Tensor images;  // (N, 1, kSide, kSide)
  at::Tensor masks;   // (N, classes, kSide, kSide), background included
  at::Tensor shown;   // bool (N, classes): the slice shows the class
  at::Tensor owner;   // int64 (N): the support it comes from
};

SupportSlices support_slices(const SupportSet& supports, std::int64_t classes,
                             const RelativeBox& box, int axis);

// The `count` most similar support slices of each asked one, by the L1 distance of their pixels:
// int64 (S, count). Those where `excluded` (bool (S, N)) is set come last; may be undefined.
at::Tensor nearest_slices(const at::Tensor& asked, const SupportSlices& slices, std::int64_t count,
                          const at::Tensor& excluded = {});

}  // namespace voxarena::fewshot
