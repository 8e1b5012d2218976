#include "voxarena/data/orientation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

namespace voxarena {
namespace {

// Letters of the world's axes x, y, z, forwards and backwards.
constexpr std::string_view kForwards = "LPS", kBackwards = "RAI";

std::size_t world_axis(char letter) {
  const std::size_t forwards = kForwards.find(letter);
  return forwards != std::string_view::npos ? forwards : kBackwards.find(letter);
}

char letter_of(std::size_t world, double component) {
  return component < 0 ? kBackwards[world] : kForwards[world];
}

// Where axis x, y or z of the turned image comes from.
struct Turn {
  std::array<std::size_t, 3> source{};
  std::array<bool, 3> flipped{};
};

Turn turn_between(const Orientation& from, const Orientation& to) {
  Turn turn;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t source = 0; source < 3; ++source) {
      if (world_axis(from[source]) != world_axis(to[axis])) continue;
      turn.source[axis] = source;
      turn.flipped[axis] = from[source] != to[axis];
    }
  }
  return turn;
}

// Extents and spacings are in the order (z, y, x).
template <class T>
std::array<T, 3> turned(const std::array<T, 3>& zyx, const Turn& turn) {
  return {zyx[2 - turn.source[2]], zyx[2 - turn.source[1]], zyx[2 - turn.source[0]]};
}

Geometry turned(const Geometry& geometry, const Extent& size, const Turn& turn) {
  Geometry out = geometry;
  out.spacing = turned(geometry.spacing, turn);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t source = turn.source[axis];
    const double length = geometry.spacing[2 - source] * static_cast<double>(size[2 - source] - 1);
    for (std::size_t row = 0; row < 3; ++row) {
      const double component = geometry.direction[row * 3 + source];
      out.direction[row * 3 + axis] = turn.flipped[axis] ? 0 - component : component;
      if (turn.flipped[axis]) out.origin[row] += component * length;
    }
  }
  return out;
}

template <class T>
void turn_voxels(std::vector<T>& values, Extent& size, Geometry& geometry, const Orientation& from,
                 const Orientation& to) {
  if (from == to) return;
  const Turn turn = turn_between(from, to);
  const std::array<std::int64_t, 3> strides = {1, size[2], size[2] * size[1]};  // of x, y, z
  std::array<std::int64_t, 3> step{};
  std::int64_t first = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t source = turn.source[axis];
    step[axis] = turn.flipped[axis] ? -strides[source] : strides[source];
    if (turn.flipped[axis]) first += strides[source] * (size[2 - source] - 1);
  }
  const Extent to_size = turned(size, turn);
  std::vector<T> out(values.size());
  T* next = out.data();
  const auto channels = static_cast<std::int64_t>(values.size()) / voxels(size);
  for (std::int64_t c = 0; c < channels; ++c) {
    const T* channel = values.data() + c * voxels(size) + first;
    for (std::int64_t z = 0; z < to_size[0]; ++z) {
      for (std::int64_t y = 0; y < to_size[1]; ++y) {
        for (std::int64_t x = 0; x < to_size[2]; ++x)
          *next++ = channel[z * step[2] + y * step[1] + x * step[0]];
      }
    }
  }
  geometry = turned(geometry, size, turn);
  size = to_size;
  values = std::move(out);
}

}  // namespace

// The largest component of all decides first; of equal ones the last.
Orientation itk_orientation(const std::array<double, 9>& direction) {
  Orientation out{};
  std::array<bool, 3> row_taken{};
  for (int step = 0; step < 3; ++step) {
    std::size_t row = 0, axis = 0;
    double largest = -1;
    for (std::size_t i = 0; i < 9; ++i) {
      if (row_taken[i / 3] || out[i % 3] != 0 || std::abs(direction[i]) < largest) continue;
      largest = std::abs(direction[i]);
      row = i / 3;
      axis = i % 3;
    }
    row_taken[row] = true;
    out[axis] = letter_of(row, direction[row * 3 + axis]);
  }
  return out;
}

// Axes from the clearest to the most oblique; each takes the first of the largest components left.
Orientation nibabel_orientation(const std::array<double, 9>& direction) {
  const auto size_of = [&](std::size_t row, std::size_t axis) {
    return std::abs(direction[row * 3 + axis]);
  };
  const auto clarity = [&](std::size_t axis) {
    return std::max({size_of(0, axis), size_of(1, axis), size_of(2, axis)});
  };
  std::array<std::size_t, 3> axes = {0, 1, 2};
  std::ranges::stable_sort(axes, [&](auto a, auto b) { return clarity(a) > clarity(b); });
  Orientation out{};
  std::array<bool, 3> row_taken{};
  for (const std::size_t axis : axes) {
    std::size_t best = 3;
    for (std::size_t row = 0; row < 3; ++row) {
      if (row_taken[row]) continue;
      if (best == 3 || size_of(row, axis) > size_of(best, axis)) best = row;
    }
    row_taken[best] = true;
    out[axis] = letter_of(best, direction[best * 3 + axis]);
  }
  return out;
}

void reorient(std::vector<float>& values, Extent& size, Geometry& geometry, const Orientation& from,
              const Orientation& to) {
  turn_voxels(values, size, geometry, from, to);
}

void reorient(std::vector<std::int16_t>& values, Extent& size, Geometry& geometry,
              const Orientation& from, const Orientation& to) {
  turn_voxels(values, size, geometry, from, to);
}

// The first two axes of nibabel's world point the other way round than ITK's.
void place_by_affine(const Affine& affine, Geometry& geometry) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double spacing = std::hypot(affine[axis], affine[4 + axis], affine[8 + axis]);
    geometry.spacing[2 - axis] = spacing;
    for (std::size_t row = 0; row < 3; ++row) {
      const double sign = row < 2 ? -1 : 1;
      geometry.direction[row * 3 + axis] = sign * affine[row * 4 + axis] / spacing;
    }
    geometry.origin[axis] = (axis < 2 ? -1 : 1) * affine[axis * 4 + 3];
  }
}

Affine affine_of(const Geometry& geometry) {
  Affine out{};
  for (std::size_t row = 0; row < 3; ++row) {
    const double sign = row < 2 ? -1 : 1;
    for (std::size_t axis = 0; axis < 3; ++axis)
      out[row * 4 + axis] = sign * geometry.direction[row * 3 + axis] * geometry.spacing[2 - axis];
    out[row * 4 + 3] = sign * geometry.origin[row];
  }
  out[15] = 1;
  return out;
}

}  // namespace voxarena
