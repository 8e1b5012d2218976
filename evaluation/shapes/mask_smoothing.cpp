#include "evaluation/shapes/mask_smoothing.h"

#include <algorithm>
#include <array>

namespace voxarena {
namespace {

constexpr int kRadius = 4;
constexpr int kTaps = 2 * kRadius + 1;

// 2 B - B * B with B = (1 4 6 4 1) / 16.
constexpr std::array<float, kTaps> make_kernel() {
  constexpr std::array<double, 5> narrow = {1, 4, 6, 4, 1};
  std::array<double, kTaps> wide{};
  for (std::size_t i = 0; i < narrow.size(); ++i) {
    for (std::size_t j = 0; j < narrow.size(); ++j) wide[i + j] += narrow[i] * narrow[j];
  }
  std::array<float, kTaps> kernel{};
  for (std::size_t i = 0; i < wide.size(); ++i) {
    const double twice = i >= 2 && i < 7 ? 2 * narrow[i - 2] / 16 : 0;
    kernel[i] = static_cast<float>(twice - wide[i] / 256);
  }
  return kernel;
}
constexpr std::array<float, kTaps> kKernel = make_kernel();

// Along x: the 9 bits around a voxel are the index into a table of sums.
std::vector<float> sums_of_bits() {
  std::vector<float> sums(std::size_t{1} << kTaps, 0);
  for (std::size_t bits = 0; bits < sums.size(); ++bits) {
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
      if ((bits >> tap & 1) != 0) sums[bits] += kKernel[tap];
    }
  }
  return sums;
}

void smooth_rows(const std::vector<std::uint8_t>& mask, std::int64_t length,
                 std::vector<float>& out) {
  static const std::vector<float> sums = sums_of_bits();
  const auto rows = static_cast<std::int64_t>(mask.size()) / length;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::uint8_t* m = mask.data() + row * length;
    float* to = out.data() + row * length;
    std::uint32_t bits = 0;
    for (std::int64_t x = 0; x < length + kRadius; ++x) {
      bits = (bits << 1 | (x < length ? m[x] : 0U)) & ((1U << kTaps) - 1);
      if (x >= kRadius) to[x - kRadius] = sums[bits];
    }
  }
}

// Lines of `length` voxels that lie `stride` apart; the kernel is symmetric.
__attribute__((target_clones("avx2", "default"))) void add_scaled(float* to, const float* from,
                                                                  std::int64_t count, float scale) {
  for (std::int64_t i = 0; i < count; ++i) to[i] += scale * from[i];
}

// `in` holds `blocks` blocks of `count` layers, each of `layer` contiguous values.
void smooth_layers(const std::vector<float>& in, std::int64_t blocks, std::int64_t count,
                   std::int64_t layer, std::vector<float>& out) {
  std::fill(out.begin(), out.end(), 0.0F);
  for (std::int64_t block = 0; block < blocks; ++block) {
    const float* from = in.data() + block * count * layer;
    float* to = out.data() + block * count * layer;
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t tap = -kRadius; tap <= kRadius; ++tap) {
        if (i + tap < 0 || i + tap >= count) continue;
        add_scaled(to + i * layer, from + (i + tap) * layer, layer,
                   kKernel[static_cast<std::size_t>(tap + kRadius)]);
      }
    }
  }
}

}  // namespace

std::vector<float> smooth_mask(const std::vector<std::uint8_t>& mask, const Extent& size,
                               bool flat) {
  std::vector<float> along_x(mask.size()), along_y(mask.size());
  smooth_rows(mask, size[2], along_x);
  smooth_layers(along_x, size[0], size[1], size[2], along_y);
  if (flat) return along_y;
  smooth_layers(along_y, 1, size[0], size[1] * size[2], along_x);
  return along_x;
}

}  // namespace voxarena
