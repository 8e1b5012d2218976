// How nnU-Net 2.8 cuts a preprocessed array into Blosc2 chunks and blocks. Any legal shape can be
// read: it is a matter of speed alone.
#pragma once

#include <array>
#include <cstdint>

#include "voxarena/data/volume.h"

namespace voxarena {

struct BlockShape {
  std::array<std::int64_t, 4> block{}, chunk{};  // (c, z, y, x), one channel each
};

// For an array of `image` voxels of `bytes` each, read in windows of `patch` voxels (z = 1 in 2-D):
// blocks of at most 128 KiB, chunks of at most 6 MiB that reach at most 1.5 patches along an axis.
BlockShape choose_blocks(const std::array<std::int64_t, 4>& image, const Extent& patch,
                         std::int64_t bytes);

}  // namespace voxarena
