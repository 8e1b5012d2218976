// One image on its way through a network: cut into windows, asked about, and put together again.
// The steps of SlidingWindow::predict, on any device.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "inference/sliding_window.h"
#include "inference/window_grid.h"
#include "voxarena/data/volume.h"
#include "voxarena/plugin/model.h"

namespace voxarena {

// A call of the network sees `batch` items; item i is mirrored copy i % copies of window i /
// copies.
struct WindowJob {
  Model& model;
  const SlidingWindowOptions& options;
  Extent patch{};
  bool planar = false;
  c10::Device device;       // of the network
  c10::Device accumulator;  // of the sums
  Padding padding{};
  std::vector<Extent> windows{};
  std::vector<std::vector<std::int64_t>> flips{};  // per copy: dimensions of (C, Z, Y, X)
  std::int64_t batch = 1;
  std::int64_t memory = 0;  // bytes of main memory it may take, 0: what is available

  at::Tensor image{};       // (C, Z, Y, X) padded, on the accumulator's device
  at::Tensor importance{};  // (z, y, x) of a patch
  Volume<float> host{};     // what `logits` points into when the sums are in main memory
  at::Tensor logits{};      // (K, Z, Y, X): sum of importance * logits, made at the
                            // first answer
  at::Tensor weights{};     // (Z, Y, X): sum of importance

  std::int64_t copies() const { return static_cast<std::int64_t>(flips.size()); }
  std::int64_t items() const { return static_cast<std::int64_t>(windows.size()) * copies(); }
  std::int64_t calls() const { return (items() + batch - 1) / batch; }
};

// Items [first, last) of a job: patches on their way in, logits on their way out.
struct WindowCall {
  std::int64_t first = 0, last = 0;
  at::Tensor tensor{};
};

// The subsets of `axes` (of the patch) as dimensions of a (C, Z, Y, X) tensor, the empty one first.
std::vector<std::vector<std::int64_t>> mirror_flips(const std::vector<int>& axes, bool planar);

at::Tensor padded_image(const Volume<float>& image, const Padding& padding);

void extract(const WindowJob& job, WindowCall& call);      // fills call.tensor with patches
void ask_network(const WindowJob& job, WindowCall& call);  // patches → logits (B, K, z, y, x)
void accumulate(WindowJob& job, const WindowCall& call);   // in the order of the calls
// Divides the sums by the weights and takes the padding off.
Volume<float> finish(WindowJob& job);

}  // namespace voxarena
