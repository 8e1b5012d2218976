// One augmented patch from draw to batch memory.
#pragma once

#include <cstdint>

#include "training/batch_loader.h"
#include "training/patch_source.h"

namespace voxarena {

// Makes sample `sample` of batch `iteration` into its place in `batch`, whose arrays have their
// final size. `initial` is the size of the loader patch. What is transformed is decided before
// reading, so that only needed voxels are read.
void make_sample(const LoaderOptions& options, const Extent& initial, const PatchSources& sources,
                 std::int64_t iteration, std::int64_t sample, PatchBatch& batch);

}  // namespace voxarena
