#include "training/intensity_transforms.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace voxarena {
namespace {

constexpr std::size_t kBlock = 4096;  // voxels summed in single precision at a time
constexpr std::size_t kLanes = 8;     // independent sums, so that the compiler can use vectors

template <class Term>
double sum(std::span<const float> voxels, Term term) {
  double total = 0;
  for (std::size_t begin = 0; begin < voxels.size(); begin += kBlock) {
    const std::span<const float> block =
        voxels.subspan(begin, std::min(kBlock, voxels.size() - begin));
    std::array<float, kLanes> lanes{};
    std::size_t i = 0;
    for (; i + kLanes <= block.size(); i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += term(block[i + lane]);
    }
    for (; i < block.size(); ++i) lanes[0] += term(block[i]);
    for (const float lane : lanes) total += static_cast<double>(lane);
  }
  return total;
}

float mean_of(std::span<const float> voxels) {
  return static_cast<float>(sum(voxels, [](float v) { return v; }) /
                            static_cast<double>(voxels.size()));
}

// Unbiased.
float deviation_of(std::span<const float> voxels, float mean) {
  const double squares = sum(voxels, [mean](float v) { return (v - mean) * (v - mean); });
  return static_cast<float>(
      std::sqrt(squares / static_cast<double>(std::max<std::size_t>(voxels.size() - 1, 1))));
}

struct Range {
  float low, high;
};

Range range_of(std::span<const float> voxels) {
  std::array<float, kLanes> low, high;
  low.fill(voxels[0]);
  high.fill(voxels[0]);
  std::size_t i = 0;
  for (; i + kLanes <= voxels.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float v = voxels[i + lane];
      low[lane] = v < low[lane] ? v : low[lane];
      high[lane] = v > high[lane] ? v : high[lane];
    }
  }
  for (; i < voxels.size(); ++i) {
    low[0] = std::min(low[0], voxels[i]);
    high[0] = std::max(high[0], voxels[i]);
  }
  return {*std::ranges::min_element(low), *std::ranges::max_element(high)};
}

// Index into [0, n) of a position outside, mirrored about the first and last voxel.
std::int64_t reflect(std::int64_t i, std::int64_t n) {
  if (n == 1) return 0;
  const std::int64_t period = 2 * (n - 1);
  i = ((i % period) + period) % period;
  return i < n ? i : period - i;
}

// Blurs along an axis whose neighbours lie `inner` voxels apart: `outer` blocks of `length` rows of
// `inner` voxels.
void blur_rows(const float* source, float* target, std::int64_t outer, std::int64_t length,
               std::int64_t inner, const std::vector<float>& kernel) {
  const auto half = static_cast<std::int64_t>(kernel.size() / 2);
  for (std::int64_t block = 0; block < outer; ++block) {
    const float* base = source + block * length * inner;
    for (std::int64_t row = 0; row < length; ++row) {
      float* out = target + (block * length + row) * inner;
      std::fill_n(out, inner, 0.0F);
      for (std::int64_t tap = -half; tap <= half; ++tap) {
        const float weight = kernel[static_cast<std::size_t>(tap + half)];
        const float* in = base + reflect(row + tap, length) * inner;
        for (std::int64_t i = 0; i < inner; ++i) out[i] += weight * in[i];
      }
    }
  }
}

// The same along the fastest axis, line by line.
void blur_lines(const float* source, float* target, std::int64_t lines, std::int64_t length,
                const std::vector<float>& kernel) {
  const auto half = static_cast<std::int64_t>(kernel.size() / 2);
  std::vector<float> padded(static_cast<std::size_t>(length + 2 * half));
  for (std::int64_t line = 0; line < lines; ++line) {
    const float* in = source + line * length;
    float* out = target + line * length;
    std::copy_n(in, length, padded.data() + half);
    for (std::int64_t i = 0; i < half; ++i) {
      padded[static_cast<std::size_t>(i)] = in[reflect(i - half, length)];
      padded[static_cast<std::size_t>(half + length + i)] = in[reflect(length + i, length)];
    }
    std::fill_n(out, length, 0.0F);
    for (std::size_t tap = 0; tap < kernel.size(); ++tap) {
      const float* shifted = padded.data() + tap;
      for (std::int64_t i = 0; i < length; ++i) out[i] += kernel[tap] * shifted[i];
    }
  }
}

}  // namespace

void add_noise(std::span<float> voxels, double sigma, CounterRandom& random) {
  // Box-Muller in single precision, two voxels a step.
  const auto scale = static_cast<float>(sigma);
  const auto unit = [&random] {
    return (static_cast<float>(random.next() >> 8) + 0.5F) * 0x1.0p-24F;
  };
  for (std::size_t i = 0; i < voxels.size(); i += 2) {
    const float radius = scale * std::sqrt(-2.0F * std::log(unit()));
    const float angle = 2.0F * std::numbers::pi_v<float> * unit();
    voxels[i] += radius * std::cos(angle);
    if (i + 1 < voxels.size()) voxels[i + 1] += radius * std::sin(angle);
  }
}

std::vector<float> blur_kernel(double sigma) {
  const double wanted = 6 * sigma + 0.5;
  auto taps = static_cast<std::int64_t>(std::nearbyint(wanted));
  if (taps % 2 == 0) taps += wanted >= static_cast<double>(taps) ? 1 : -1;
  std::vector<float> kernel(static_cast<std::size_t>(std::max<std::int64_t>(taps, 1)));
  double total = 0;
  const double middle = 0.5 * static_cast<double>(kernel.size() - 1);
  const auto density = [&](std::size_t i) {
    const double x = (static_cast<double>(i) - middle) / sigma;
    return std::exp(-0.5 * x * x);
  };
  for (std::size_t i = 0; i < kernel.size(); ++i) total += density(i);
  for (std::size_t i = 0; i < kernel.size(); ++i)
    kernel[i] = static_cast<float>(density(i) / total);
  return kernel;
}

void blur(std::span<float> voxels, const Extent& size, const std::array<double, 3>& sigma) {
  std::vector<float> buffer(voxels.size());
  float* source = voxels.data();
  float* target = buffer.data();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (sigma[axis] <= 0) continue;
    const std::vector<float> kernel = blur_kernel(sigma[axis]);
    if (axis == 0) blur_rows(source, target, 1, size[0], size[1] * size[2], kernel);
    if (axis == 1) blur_rows(source, target, size[0], size[1], size[2], kernel);
    if (axis == 2) blur_lines(source, target, size[0] * size[1], size[2], kernel);
    std::swap(source, target);
  }
  if (source != voxels.data()) std::copy(buffer.begin(), buffer.end(), voxels.begin());
}

void multiply_brightness(std::span<float> voxels, float factor) {
  for (float& v : voxels) v *= factor;
}

void change_contrast(std::span<float> voxels, float factor) {
  if (voxels.empty()) return;
  const float mean = mean_of(voxels);
  const Range range = range_of(voxels);
  for (float& v : voxels) {
    const float stretched = (v - mean) * factor + mean;
    v = stretched < range.low ? range.low : (stretched > range.high ? range.high : stretched);
  }
}

void change_gamma(std::span<float> voxels, float gamma, bool inverted) {
  if (voxels.empty()) return;
  constexpr float kEpsilon = 1e-7F;
  if (inverted) multiply_brightness(voxels, -1);
  const float mean = mean_of(voxels);
  const float deviation = deviation_of(voxels, mean);
  const Range range = range_of(voxels);
  const float extent = range.high - range.low;
  const float divisor = std::max(extent, kEpsilon);
  for (float& v : voxels) v = std::pow((v - range.low) / divisor, gamma) * extent + range.low;

  const float new_mean = mean_of(voxels);
  const float scale = deviation / std::max(deviation_of(voxels, new_mean), kEpsilon);
  const float sign = inverted ? -1.0F : 1.0F;
  for (float& v : voxels) v = sign * ((v - new_mean) * scale + mean);
}

}  // namespace voxarena
