// Small volumes with a ball in them, for the few-shot methods.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "voxarena/plugin/segmenter.h"

namespace voxarena::fewshot::testing {

inline RunContext quiet() {
  RunContext context;
  context.quiet = true;
  return context;
}

// A bright ball of label 1 with a brighter half of label 2 (above its centre's x), in faint waves.
inline SupportCase ball_case(const Extent& size, const Spacing& centre, double radius) {
  SupportCase one{
      .id = "ball", .image = Volume<float>(1, size), .labels = Volume<std::int16_t>(1, size)};
  for (std::int64_t z = 0; z < size[0]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[2]; ++x) {
        const double dz = static_cast<double>(z) - centre[0],
                     dy = static_cast<double>(y) - centre[1],
                     dx = static_cast<double>(x) - centre[2];
        const bool inside = dz * dz + dy * dy + dx * dx < radius * radius;
        const int label = !inside ? 0 : dx > 0 ? 2 : 1;
        one.labels.at(0, z, y, x) = static_cast<std::int16_t>(label);
        one.image.at(0, z, y, x) =
            static_cast<float>(label + 0.1 * std::sin(0.9 * dz) * std::sin(0.7 * dy + 0.4 * dx));
      }
    }
  }
  return one;
}

// Dice of label `k` with the largest of the scores.
inline double dice(const Volume<float>& scores, const Volume<std::int16_t>& labels,
                   std::int16_t k) {
  std::int64_t both = 0, sum = 0;
  for (std::int64_t i = 0; i < scores.voxels_per_channel(); ++i) {
    std::int64_t best = 0;
    for (std::int64_t c = 1; c < scores.channels; ++c) {
      if (scores.channel(c)[i] > scores.channel(best)[i]) best = c;
    }
    const bool found = best == k, there = labels.values[static_cast<std::size_t>(i)] == k;
    both += found && there ? 1 : 0;
    sum += (found ? 1 : 0) + (there ? 1 : 0);
  }
  return 2.0 * static_cast<double>(both) / static_cast<double>(sum);
}

}  // namespace voxarena::fewshot::testing
