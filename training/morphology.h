// Binary morphology with a ball, as batchgeneratorsv2's ApplyRandomBinaryOperatorTransform does it.
#pragma once

#include <cstdint>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

using Mask = std::vector<std::uint8_t>;  // (Z, Y, X), 0 or 1

// The ball of scikit-image for a radius that need not be whole: a grid of floor(2 radius + 1)
// points an axis from -radius to radius, those within the radius. Every row of it is one span.
struct Ball {
  struct Span {
    std::int64_t z = 0, y = 0, first = 0, last = 0;  // offsets from the centre; last included
  };
  std::vector<Span> rows;
};
Ball make_ball(double radius);

enum class BinaryOperator : std::uint8_t { dilation, erosion, closing, opening };

// Voxels outside of the mask are 0 for a dilation and 1 for an erosion.
Mask apply(BinaryOperator what, const Mask& mask, const Extent& size, const Ball& ball);

}  // namespace voxarena
