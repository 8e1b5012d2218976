#include "evaluation/shapes/mask_smoothing.h"

#include <algorithm>
#include <cmath>

namespace voxarena {
namespace {

constexpr std::int64_t kLeast = 4, kMost = 8;

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

// to[i] = weights[0] * middle[i] + the sum over t of weights[t] * (before[t][i] + after[t][i]). No
// fused operations: results are the same on every machine.
__attribute__((target_clones("avx2", "default"))) void weighted_sum_of_rows(
    const float* const* before, const float* const* after, const float* weights, std::size_t taps,
    std::size_t count, float* to) {
  constexpr std::size_t kBlock = 32;
  std::size_t x = 0;
  for (; x + kBlock <= count; x += kBlock) {
    float sum[kBlock];
    for (std::size_t i = 0; i < kBlock; ++i) sum[i] = weights[0] * before[0][x + i];
    for (std::size_t t = 1; t < taps; ++t) {
      const float* a = before[t] + x;
      const float* b = after[t] + x;
      const float weight = weights[t];
      for (std::size_t i = 0; i < kBlock; ++i) sum[i] += weight * (a[i] + b[i]);
    }
    for (std::size_t i = 0; i < kBlock; ++i) to[x + i] = sum[i];
  }
  for (; x < count; ++x) {
    float sum = weights[0] * before[0][x];
    for (std::size_t t = 1; t < taps; ++t) sum += weights[t] * (before[t][x] + after[t][x]);
    to[x] = sum;
  }
}

// `in` holds `blocks` blocks of `count` layers, each of `layer` contiguous values.
void smooth_layers(const std::vector<float>& in, std::int64_t blocks, std::int64_t count,
                   std::int64_t layer, const Kernel& kernel, std::vector<float>& out) {
  constexpr std::int64_t kPart = 1024;  // of a layer: all that one sum reads stays in the cache
  const auto reach = static_cast<std::int64_t>(kernel.size() / 2);
  const auto taps = static_cast<std::size_t>(reach + 1);
  const float* weights = kernel.data() + reach;
  const std::vector<float> nothing(static_cast<std::size_t>(std::min(kPart, layer)), 0.0F);
  std::vector<const float*> before(taps), after(taps);
  for (std::int64_t block = 0; block < blocks; ++block) {
    for (std::int64_t part = 0; part < layer; part += kPart) {
      const float* from = in.data() + block * count * layer + part;
      float* to = out.data() + block * count * layer + part;
      for (std::int64_t i = 0; i < count; ++i) {
        for (std::int64_t t = 0; t <= reach; ++t) {
          const auto tap = static_cast<std::size_t>(t);
          before[tap] = i >= t ? from + (i - t) * layer : nothing.data();
          after[tap] = i + t < count ? from + (i + t) * layer : nothing.data();
        }
        weighted_sum_of_rows(before.data(), after.data(), weights, taps,
                             static_cast<std::size_t>(std::min(kPart, layer - part)),
                             to + i * layer);
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
  std::vector<float> along_x(mask.size()), along_y(mask.size());
  smooth_rows(mask, size[2], make_kernel(widths[2]), along_x);
  smooth_layers(along_x, size[0], size[1], size[2], make_kernel(widths[1]), along_y);
  if (widths[0] == 0) return along_y;
  smooth_layers(along_y, 1, size[0], size[1] * size[2], make_kernel(widths[0]), along_x);
  return along_x;
}

}  // namespace voxarena
