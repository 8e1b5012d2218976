// Logits of a whole image from a network that sees patches (nnU-Net's
// predict_sliding_window_return_logits).
//
// On the CPU several batches run at once; which number of lanes and threads is fastest is measured
// on the first image. Windows are added in their order whatever the number of lanes. Everything is
// accumulated in float32 (nnU-Net: half).
#pragma once

#include <optional>
#include <vector>

#include "inference/schedule.h"
#include "voxarena/core/run_context.h"
#include "voxarena/data/volume.h"

namespace voxarena {

class Model;

struct SlidingWindowOptions {
  double step = 0.5;               // distance of windows in patches, (0, 1]
  bool gaussian = true;            // importance map; false: all voxels of a window count the same
  std::vector<int> mirror_axes{};  // of the patch, 0 its first; the mean over all subsets is taken
  std::int64_t batch = 0;  // windows and mirrored copies a call, 0: by the size of the patch
  // One LibTorch thread a lane, no measurement: the same bits for any number of threads.
  bool deterministic = false;
  bool mixed_precision = true;  // bfloat16 autocast on a GPU; the CPU always computes in float32
};

// Bytes that a U-Net's activations of one window take, roughly.
std::int64_t activation_bytes(const Extent& patch);

class SlidingWindow {
 public:
  // `patch` has 2 or 3 entries; a 2-D network sees every slice of axis 0. The model is kept by
  // reference and must already be on its device. Error (usage) for options out of range.
  SlidingWindow(Model& model, const std::vector<std::int64_t>& patch, SlidingWindowOptions options);

  // Image (C, Z, Y, X) of any size → logits (K, Z, Y, X). Errors: not enough memory (input), a
  // network that answers in another shape or with values that are not finite (input), interrupted.
  Volume<float> predict(const Volume<float>& image, const RunContext& context);

 private:
  Schedule schedule(const std::vector<Extent>& windows, std::int64_t calls, std::int64_t batch,
                    std::int64_t channels, const RunContext& context);

  Model& model_;
  Extent patch_;
  bool planar_;
  SlidingWindowOptions options_;
  std::optional<Schedule> measured_;
};

}  // namespace voxarena
