#include "inference/window_grid.h"

#include <c10/util/Half.h>

#include <algorithm>
#include <cmath>

namespace voxarena {
namespace {

// scipy's gaussian_filter of a unit impulse at size / 2, zero outside.
std::vector<double> gaussian_line(std::int64_t size) {
  const double sigma = static_cast<double>(size) / 8.0;
  const auto radius = static_cast<std::int64_t>(4.0 * sigma + 0.5);
  double sum = 0;
  for (std::int64_t i = -radius; i <= radius; ++i) {
    sum += std::exp(-0.5 / (sigma * sigma) * static_cast<double>(i * i));
  }
  std::vector<double> line(static_cast<std::size_t>(size), 0.0);
  for (std::int64_t i = 0; i < size; ++i) {
    const std::int64_t distance = i - size / 2;
    if (std::abs(distance) > radius) continue;
    line[static_cast<std::size_t>(i)] =
        std::exp(-0.5 / (sigma * sigma) * static_cast<double>(distance * distance)) / sum;
  }
  return line;
}

}  // namespace

std::vector<std::int64_t> window_positions(std::int64_t size, std::int64_t patch, double step) {
  const auto span = static_cast<double>(size - patch);
  const auto count =
      static_cast<std::int64_t>(std::ceil(span / (static_cast<double>(patch) * step))) + 1;
  if (count <= 1) return {0};
  const double distance = span / static_cast<double>(count - 1);
  std::vector<std::int64_t> positions;
  for (std::int64_t i = 0; i < count; ++i) {
    // Half to even, as Python rounds.
    positions.push_back(
        static_cast<std::int64_t>(std::nearbyint(distance * static_cast<double>(i))));
  }
  return positions;
}

std::vector<Extent> window_corners(const Extent& size, const Extent& patch, double step) {
  std::vector<std::int64_t> z;
  if (patch[0] == 1) {
    for (std::int64_t i = 0; i < size[0]; ++i) z.push_back(i);
  } else {
    z = window_positions(size[0], patch[0], step);
  }
  const auto y = window_positions(size[1], patch[1], step);
  const auto x = window_positions(size[2], patch[2], step);
  std::vector<Extent> corners;
  corners.reserve(z.size() * y.size() * x.size());
  for (const auto i : z) {
    for (const auto j : y) {
      for (const auto k : x) corners.push_back({i, j, k});
    }
  }
  return corners;
}

Padding padding_to_patch(const Extent& image, const Extent& patch) {
  Padding padding;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    padding.size[axis] = std::max(image[axis], patch[axis]);
    padding.image.lo[axis] = (padding.size[axis] - image[axis]) / 2;
    padding.image.hi[axis] = padding.image.lo[axis] + image[axis];
  }
  return padding;
}

std::vector<float> gaussian_importance(const Extent& patch) {
  const auto z = gaussian_line(patch[0]);
  const auto y = gaussian_line(patch[1]);
  const auto x = gaussian_line(patch[2]);
  const double largest =
      *std::ranges::max_element(z) * *std::ranges::max_element(y) * *std::ranges::max_element(x);
  std::vector<float> map;
  map.reserve(static_cast<std::size_t>(voxels(patch)));
  for (const double i : z) {
    for (const double j : y) {
      for (const double k : x) {
        map.push_back(
            static_cast<float>(c10::Half(static_cast<float>(i * j * k / (largest / 10.0)))));
      }
    }
  }
  float smallest = 10.0F;
  for (const float value : map) {
    if (value > 0) smallest = std::min(smallest, value);
  }
  std::ranges::replace(map, 0.0F, smallest);
  return map;
}

}  // namespace voxarena
