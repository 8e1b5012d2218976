// The mask pairs of tests/golden/evaluation/surfaces.py, from the same formula.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena::test {

// splitmix64 of (pair, counter), reduced to [0, limit).
inline std::int64_t draw(std::int64_t pair, std::int64_t counter, std::int64_t limit) {
  std::uint64_t z =
      static_cast<std::uint64_t>(pair * 1000003 + counter + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
  return static_cast<std::int64_t>((z ^ z >> 31) % static_cast<std::uint64_t>(limit));
}

enum class PairKind { blobs, small, single_voxels, touching_borders, empty, anisotropic };

inline PairKind kind_of(std::int64_t pair) { return static_cast<PairKind>(pair % 6); }

// Ellipsoids in half voxels; those of the prediction are moved and resized a little.
inline void add_blobs(std::int64_t pair, bool prediction, Volume<std::int16_t>& mask) {
  const PairKind kind = kind_of(pair);
  for (std::int64_t blob = 0; blob < 1 + draw(pair, 10, 3); ++blob) {
    const std::int64_t at = 100 * (blob + 1);
    std::array<std::int64_t, 3> centre{}, square{};
    for (std::int64_t axis = 0; axis < 3; ++axis) {
      const auto a = static_cast<std::size_t>(axis);
      const std::int64_t length = mask.size[a];
      centre[a] = draw(pair, at + axis, 2 * length);
      if (kind == PairKind::touching_borders && draw(pair, at + 10 + axis, 2) == 0) {
        centre[a] = draw(pair, at + 20 + axis, 2) == 0 ? 0 : 2 * length - 2;
      }
      std::int64_t radius = 1 + draw(pair, at + 30 + axis, kind == PairKind::small ? 3 : length);
      if (prediction) {
        centre[a] += draw(pair, at + 40 + axis, 5) - 2;
        radius = std::max<std::int64_t>(1, radius + draw(pair, at + 50 + axis, 3) - 1);
      }
      square[a] = radius * radius;
    }
    const auto squared = [&](std::size_t axis, std::int64_t i) {
      return (2 * i - centre[axis]) * (2 * i - centre[axis]);
    };
    for (std::int64_t z = 0; z < mask.size[0]; ++z) {
      for (std::int64_t y = 0; y < mask.size[1]; ++y) {
        for (std::int64_t x = 0; x < mask.size[2]; ++x) {
          if (squared(0, z) * square[1] * square[2] + squared(1, y) * square[0] * square[2] +
                  squared(2, x) * square[0] * square[1] <=
              square[0] * square[1] * square[2]) {
            mask.at(0, z, y, x) = 1;
          }
        }
      }
    }
  }
}

inline LabelImage golden_mask(std::int64_t pair, bool prediction) {
  static const std::vector<Spacing> spacings = {{1, 1, 1},       {3, 1, 1}, {0.5, 0.5, 0.5},
                                                {2.5, 0.7, 0.7}, {1, 4, 2}, {1.25, 1, 0.8},
                                                {5, 0.75, 0.75}};
  static const std::vector<Spacing> anisotropic = {
      {10, 1, 1}, {1, 10, 1}, {1, 1, 10}, {8, 0.8, 0.8}};
  const PairKind kind = kind_of(pair);
  const std::vector<Spacing>& choice = kind == PairKind::anisotropic ? anisotropic : spacings;
  LabelImage image;
  image.geometry.spacing =
      choice[static_cast<std::size_t>(draw(pair, 3, static_cast<std::int64_t>(choice.size())))];
  const Extent size = {3 + draw(pair, 0, 10), 4 + draw(pair, 1, 14), 4 + draw(pair, 2, 14)};
  image.voxels = Volume<std::int16_t>(1, size);
  const std::int64_t turn = pair / 6 % 3;
  if (kind == PairKind::empty && (turn == 2 || turn == (prediction ? 1 : 0))) return image;
  if (kind == PairKind::single_voxels && (!prediction || pair / 6 % 2 == 0)) {
    const std::int64_t at = prediction ? 23 : 20;
    image.voxels.at(0, draw(pair, at, size[0]), draw(pair, at + 1, size[1]),
                    draw(pair, at + 2, size[2])) = 1;
    return image;
  }
  add_blobs(pair, prediction, image.voxels);
  return image;
}

inline double golden_tolerance(std::int64_t pair) {
  constexpr std::array<double, 4> tolerances = {0.55, 1.3, 2.2, 3.1};
  return tolerances[static_cast<std::size_t>(draw(pair, 4, 4))];
}

}  // namespace voxarena::test
