#include "evaluation/shapes/mask_smoothing.h"

#include <algorithm>
#include <cmath>

namespace voxarena {
namespace {

constexpr std::int64_t kLeast = 4, kMost = 8;

constexpr std::int64_t kBlock = 16;  // voxels of a row that are smoothed together

using Kernel = std::vector<float>;  // of odd length

std::vector<double> convolved(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a.size() + b.size() - 1, 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) result[i + j] += a[i] * b[j];
  }
  return result;
}

Kernel make_kernel(std::int64_t width) {
  std::vector<double> binomial = {1};
  for (std::int64_t i = 0; i < 2 * width; ++i) binomial = convolved(binomial, {0.5, 0.5});
  const std::vector<double> twice = convolved(binomial, binomial);
  Kernel kernel(twice.size());
  const auto shift = static_cast<std::size_t>(width);
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const bool within = i >= shift && i - shift < binomial.size();
    kernel[i] = static_cast<float>((within ? 2 * binomial[i - shift] : 0.0) - twice[i]);
  }
  return kernel;
}

// A row is a sum of steps up and down, each of which becomes the cumulated kernel.
void smooth_rows(const std::vector<std::uint8_t>& mask, std::int64_t length, const Kernel& kernel,
                 std::vector<float>& out) {
  Kernel cumulated = kernel;
  for (std::size_t i = 1; i < cumulated.size(); ++i) cumulated[i] += cumulated[i - 1];
  const auto reach = static_cast<std::int64_t>(kernel.size() / 2);
  const auto rows = static_cast<std::int64_t>(mask.size()) / length;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::uint8_t* m = mask.data() + row * length;
    float* to = out.data() + row * length;
    std::copy(m, m + length, to);
    for (std::int64_t x = 0; x <= length; ++x) {
      const bool before = x > 0 && m[x - 1] != 0, after = x < length && m[x] != 0;
      if (before == after) continue;
      // The step lies between x - 1 and x: what the kernel carries over to either side.
      const float sign = after ? 1.0F : -1.0F;
      const std::int64_t first = std::max<std::int64_t>(x - reach, 0);
      const std::int64_t last = std::min(x + reach, length);
      for (std::int64_t i = first; i < last; ++i) {
        const float share = cumulated[static_cast<std::size_t>(i - x + reach)];
        to[i] += sign * (i < x ? share : share - 1.0F);
      }
    }
  }
}

std::int64_t blocks_of_row(const Extent& size) { return (size[2] + kBlock - 1) / kBlock; }

// For each block of each row, 1 if it holds a voxel beside the surface.
std::vector<std::uint8_t> surface_blocks(const std::vector<std::uint8_t>& mask,
                                         const Extent& size) {
  std::vector<std::uint8_t> result;
  const std::int64_t row = size[2], slice = size[1] * size[2];
  for (std::int64_t z = 0; z < size[0]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      const std::uint8_t* m = mask.data() + z * slice + y * row;
      const std::uint8_t* others[] = {z > 0 ? m - slice : m, z + 1 < size[0] ? m + slice : m,
                                      y > 0 ? m - row : m, y + 1 < size[1] ? m + row : m};
      for (std::int64_t first = 0; first < row; first += kBlock) {
        const std::int64_t end = std::min(first + kBlock, row);
        int differ = 0;
        for (const std::uint8_t* other : others) {
          for (std::int64_t x = first; x < end; ++x) differ |= m[x] ^ other[x];
        }
        const std::int64_t before = std::max<std::int64_t>(first - 1, 0);
        for (std::int64_t x = before; x < std::min(end, row - 1); ++x) differ |= m[x] ^ m[x + 1];
        result.push_back(differ != 0 ? 1 : 0);
      }
    }
  }
  return result;
}

// Those blocks and the ones up to `reach` slices away.
std::vector<std::uint8_t> spread_over_slices(const std::vector<std::uint8_t>& blocks,
                                             const Extent& size, std::int64_t reach) {
  const std::int64_t count = size[1] * blocks_of_row(size);
  std::vector<std::uint8_t> result(blocks.size(), 0);
  for (std::int64_t z = 0; z < size[0]; ++z) {
    std::uint8_t* to = result.data() + z * count;
    for (std::int64_t near = std::max<std::int64_t>(z - reach, 0);
         near <= std::min(z + reach, size[0] - 1); ++near) {
      const std::uint8_t* from = blocks.data() + near * count;
      for (std::int64_t i = 0; i < count; ++i) to[i] |= from[i];
    }
  }
  return result;
}

// to[i] = weights[0] * before[0][i] + the sum over t of weights[t] * (before[t][i] + after[t][i]).
// No fused operations: results are the same on every machine.
__attribute__((target_clones("avx2", "default"))) void sum_block(const float* const* before,
                                                                 const float* const* after,
                                                                 const float* weights,
                                                                 std::size_t taps,
                                                                 std::int64_t count, float* to) {
  if (count == kBlock) {
    float sum[kBlock];
    for (std::int64_t i = 0; i < kBlock; ++i) sum[i] = weights[0] * before[0][i];
    for (std::size_t t = 1; t < taps; ++t) {
      const float* a = before[t];
      const float* b = after[t];
      const float weight = weights[t];
      for (std::int64_t i = 0; i < kBlock; ++i) sum[i] += weight * (a[i] + b[i]);
    }
    for (std::int64_t i = 0; i < kBlock; ++i) to[i] = sum[i];
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    float sum = weights[0] * before[0][i];
    for (std::size_t t = 1; t < taps; ++t) sum += weights[t] * (before[t][i] + after[t][i]);
    to[i] = sum;
  }
}

// Along z (axis 0) or y (1), where `blocks` says so.
void smooth_along(std::size_t axis, const std::vector<float>& in, const Extent& size,
                  const Kernel& kernel, const std::vector<std::uint8_t>& blocks,
                  std::vector<float>& out) {
  const std::int64_t length = size[axis], across = size[1 - axis];
  const std::int64_t rows = axis == 0 ? size[1] : 1, rows_across = axis == 0 ? 1 : size[1];
  const std::int64_t step = rows * size[2], blocks_in_row = blocks_of_row(size);
  const auto reach = static_cast<std::int64_t>(kernel.size() / 2);
  const auto taps = static_cast<std::size_t>(reach + 1);
  const std::vector<float> nothing(static_cast<std::size_t>(kBlock), 0.0F);
  std::vector<const float*> before(taps), after(taps);
  for (std::int64_t j = 0; j < across; ++j) {
    for (std::int64_t block = 0; block < blocks_in_row; ++block) {
      // The last block of a row begins earlier rather than being shorter.
      const std::int64_t x = std::max<std::int64_t>(std::min(block * kBlock, size[2] - kBlock), 0);
      for (std::int64_t i = 0; i < length; ++i) {
        const std::int64_t row = i * rows + j * rows_across;
        if (blocks[static_cast<std::size_t>(row * blocks_in_row + block)] == 0) continue;
        const float* from = in.data() + row * size[2] + x;
        for (std::int64_t t = 0; t <= reach; ++t) {
          const auto tap = static_cast<std::size_t>(t);
          before[tap] = i >= t ? from - t * step : nothing.data();
          after[tap] = i + t < length ? from + t * step : nothing.data();
        }
        sum_block(before.data(), after.data(), kernel.data() + reach, taps,
                  std::min(kBlock, size[2]), out.data() + row * size[2] + x);
      }
    }
  }
}

}  // namespace

Extent smoothing_widths(const Spacing& spacing, bool flat) {
  Extent widths{};
  const double longest = *std::max_element(spacing.begin() + (flat ? 1 : 0), spacing.end());
  for (std::size_t axis = flat ? 1 : 0; axis < 3; ++axis) {
    // Variances are proportional to widths.
    const double ratio = std::min(longest / spacing[axis], 10.0);
    widths[axis] = std::clamp<std::int64_t>(std::lround(kLeast * ratio * ratio), kLeast, kMost);
  }
  return widths;
}

std::vector<float> smooth_mask(const std::vector<std::uint8_t>& mask, const Extent& size,
                               const Extent& widths) {
  const std::vector<std::uint8_t> blocks = surface_blocks(mask, size);
  std::vector<float> along_x(mask.size()), along_y(mask.size());
  smooth_rows(mask, size[2], make_kernel(widths[2]), along_x);
  smooth_along(1, along_x, size, make_kernel(widths[1]),
               spread_over_slices(blocks, size, 2 * widths[0]), along_y);
  if (widths[0] == 0) return along_y;
  smooth_along(0, along_y, size, make_kernel(widths[0]), blocks, along_x);
  return along_x;
}

}  // namespace voxarena
