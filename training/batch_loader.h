// Batches of augmented patches, made ahead of the network by a few tasks.
//
// Batch i is a function of (options, sources, i) alone: it depends neither on the number of threads
// nor on where a run was resumed, and methods with equal patches and batch sizes see equal batches.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "training/augmentation.h"
#include "training/patch_source.h"
#include "voxarena/core/run_context.h"
#include "voxarena/data/volume.h"

namespace voxarena {

struct Configuration;

struct PatchBatch {
  std::int64_t batch = 0, channels = 0;  // of the image, then a cascade's, one per label
  Extent patch{};                        // (z, y, x); z = 1 in 2-D
  std::vector<float> image;              // (B, C, Z, Y, X)
  std::vector<std::int64_t> target;  // (B, Z, Y, X); -1 (outside the nonzero region) has become 0
};

enum class Purpose : std::uint8_t { training, validation };

struct LoaderOptions {
  Purpose purpose = Purpose::training;
  std::uint64_t seed = 1;
  std::uint64_t fold = 0;
  std::int64_t batch_size = 2;
  Extent patch{};
  double oversample = 0.33;       // part of a batch that must contain foreground
  bool has_ignore_label = false;  // then unforced patches are centred on annotated voxels
  std::vector<bool>
      use_mask_for_norm;  // per channel: image 0 outside the nonzero region after augmentation
  std::int64_t previous_labels = 0;  // a cascade: foreground labels of the previous stage
  Augmentation augmentation;         // what may happen to a patch; nothing when default-constructed
};

// nnU-Net's protocol for a configuration: training patches are augmented, validation patches are
// not. `mirror_axes` counts the configuration's own axes, (z, y, x) or (y, x).
LoaderOptions loader_options(const Configuration& configuration, Purpose purpose,
                             std::uint64_t seed, std::uint64_t fold,
                             const std::vector<int>& mirror_axes, bool augment = true);

class BatchLoader {
 public:
  // The first next() gives batch `first_iteration`. Error (input) without sources or with differing
  // channel counts.
  BatchLoader(LoaderOptions options, PatchSources sources, std::int64_t first_iteration,
              const RunContext& context);
  ~BatchLoader();  // drops what was made ahead

  // Rethrows what went wrong while this batch was made. Error (interrupted) once the context asks
  // to stop.
  PatchBatch next();

  // Optional: gives the memory of a used batch back.
  void recycle(PatchBatch&& used);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace voxarena
