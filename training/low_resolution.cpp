#include "training/low_resolution.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace voxarena {
namespace {

// How one axis goes down and up again.
struct Axis {
  std::vector<std::int64_t> kept;  // per coarse voxel: the fine voxel it takes its value from
  std::vector<std::int64_t> lower, upper;  // per fine voxel: the coarse voxels it lies between
  std::vector<float> weight;               // of `upper`
};

Axis make_axis(std::int64_t fine, double scale) {
  const auto coarse = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(std::nearbyint(static_cast<double>(fine) *
                                                  static_cast<double>(static_cast<float>(scale)))));
  Axis axis;
  const float down = static_cast<float>(fine) / static_cast<float>(coarse);
  for (std::int64_t i = 0; i < coarse; ++i) {
    axis.kept.push_back(
        std::min(static_cast<std::int64_t>((static_cast<float>(i) + 0.5F) * down), fine - 1));
  }
  const float up = static_cast<float>(coarse) / static_cast<float>(fine);
  for (std::int64_t i = 0; i < fine; ++i) {
    const float position = std::max((static_cast<float>(i) + 0.5F) * up - 0.5F, 0.0F);
    const std::int64_t lower = std::min(static_cast<std::int64_t>(position), coarse - 1);
    axis.lower.push_back(lower);
    axis.upper.push_back(std::min(lower + 1, coarse - 1));
    axis.weight.push_back(position - static_cast<float>(lower));
  }
  return axis;
}

float mix(float a, float b, float t) { return a * (1 - t) + b * t; }

}  // namespace

void simulate_low_resolution(std::span<float> voxels, const Extent& size,
                             const std::array<double, 3>& scale) {
  const Axis az = make_axis(size[0], scale[0]), ay = make_axis(size[1], scale[1]),
             ax = make_axis(size[2], scale[2]);
  const auto line = static_cast<std::size_t>(size[2]);

  // Lines of the coarse grid, already interpolated along x.
  std::vector<float> lines(az.kept.size() * ay.kept.size() * line);
  std::vector<float> coarse(ax.kept.size());
  float* out = lines.data();
  for (const std::int64_t z : az.kept) {
    for (const std::int64_t y : ay.kept) {
      const float* in = voxels.data() + (z * size[1] + y) * size[2];
      for (std::size_t i = 0; i < coarse.size(); ++i) coarse[i] = in[ax.kept[i]];
      for (std::size_t i = 0; i < line; ++i) {
        out[i] = mix(coarse[static_cast<std::size_t>(ax.lower[i])],
                     coarse[static_cast<std::size_t>(ax.upper[i])], ax.weight[i]);
      }
      out += line;
    }
  }

  const auto coarse_line = [&](std::int64_t z, std::int64_t y) {
    return lines.data() +
           static_cast<std::size_t>(z * static_cast<std::int64_t>(ay.kept.size()) + y) * line;
  };
  out = voxels.data();
  for (std::size_t z = 0; z < az.lower.size(); ++z) {
    for (std::size_t y = 0; y < ay.lower.size(); ++y) {
      const float* a = coarse_line(az.lower[z], ay.lower[y]);
      const float* b = coarse_line(az.lower[z], ay.upper[y]);
      const float* c = coarse_line(az.upper[z], ay.lower[y]);
      const float* d = coarse_line(az.upper[z], ay.upper[y]);
      const float ty = ay.weight[y], tz = az.weight[z];
      for (std::size_t i = 0; i < line; ++i)
        out[i] = mix(mix(a[i], b[i], ty), mix(c[i], d[i], ty), tz);
      out += line;
    }
  }
}

}  // namespace voxarena
