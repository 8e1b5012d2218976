#include "voxarena/data/block_shape.h"

#include <algorithm>
#include <bit>

namespace voxarena {
namespace {

constexpr std::int64_t kLargestBlock = 128 << 10;
constexpr std::int64_t kLargestChunk = 6 << 20;

std::int64_t power_of_two_from(std::int64_t n) {
  return static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(n)));
}

// The largest power of two below n > 1.
std::int64_t power_of_two_below(std::int64_t n) {
  return static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(n - 1)));
}

double coverage(const Extent& part, const Extent& target, std::size_t axis) {
  return static_cast<double>(part[axis]) / static_cast<double>(target[axis]);
}

Extent choose_block(const Extent& image, const Extent& patch, const Extent& target,
                    std::int64_t bytes) {
  Extent block{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    block[axis] = std::min(power_of_two_from(patch[axis]), image[axis]);
  }
  while (voxels(block) * bytes > kLargestBlock) {
    std::size_t widest = 0;  // relative to the target; of equal ones the last
    double most = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (block[axis] == 1 || coverage(block, target, axis) < most) continue;
      most = coverage(block, target, axis);
      widest = axis;
    }
    block[widest] = power_of_two_below(block[widest]);
  }
  return block;
}

Extent grown(const Extent& chunk, const Extent& block, const Extent& target, std::size_t axis) {
  Extent out = chunk;
  out[axis] = std::min(chunk[axis] + block[axis], target[axis]);
  return out;
}

Extent choose_chunk(const Extent& image, const Extent& patch, const Extent& target,
                    const Extent& block, std::int64_t bytes) {
  Extent chunk = block;
  while (true) {
    Extent next = chunk;  // along the narrowest axis; of equal ones the longest of the image
    double least = 1;
    std::int64_t longest = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      if (patch[axis] == 1 || chunk[axis] >= target[axis]) continue;
      const Extent candidate = grown(chunk, block, target, axis);
      if (voxels(candidate) * bytes > kLargestChunk) continue;
      const double now = coverage(chunk, target, axis);
      if (now > least || (now == least && image[axis] <= longest)) continue;
      least = now;
      longest = image[axis];
      next = candidate;
    }
    if (next == chunk) return chunk;
    chunk = next;
  }
}

}  // namespace

BlockShape choose_blocks(const std::array<std::int64_t, 4>& image, const Extent& patch,
                         std::int64_t bytes) {
  const Extent size{image[1], image[2], image[3]};
  Extent target{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    target[axis] = std::min(size[axis], patch[axis] * 3 / 2);
  const Extent block = choose_block(size, patch, target, bytes);
  const Extent chunk = choose_chunk(size, patch, target, block, bytes);
  return {{1, block[0], block[1], block[2]}, {1, chunk[0], chunk[1], chunk[2]}};
}

}  // namespace voxarena
