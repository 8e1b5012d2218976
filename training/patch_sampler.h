// Which case and which box a sample is cut from (nnU-Net's data loader).
#pragma once

#include <cstdint>

#include "training/patch_source.h"
#include "voxarena/core/random.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// Whether sample `sample` of a batch must contain foreground: the last ones, about `oversample` of
// the batch.
bool forces_foreground(std::int64_t sample, std::int64_t batch_size, double oversample);

// First voxels that the box of a loader patch may start at: lowest and highest, both included.
struct StartRange {
  Extent lowest{}, highest{};
};
StartRange start_range(const Extent& volume, const Extent& initial, const Extent& patch);

enum class Centre : std::uint8_t { anywhere, foreground, annotated };

// Box of the loader patch of size `initial`; it may reach outside the volume. `foreground` centres
// it on a voxel of a class drawn among those the case has; a case without falls back to `anywhere`.
Box draw_box(const Extent& volume, const ClassLocations& locations, const Extent& initial,
             const Extent& patch, Centre centre, CounterRandom& random);

}  // namespace voxarena
