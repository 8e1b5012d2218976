// The nearest point of a polygon, which is seen as the triangles between its centre and its sides.
#pragma once

#include <cstddef>

#include "evaluation/shapes/triangle.h"

namespace voxarena {

// Triangles that are looked at together. A fan of n triangles is stored as three rows (z, y, x) of
// fan_row(n) values: its corners in order, seen from the centre, then the first one up to the end.
constexpr std::size_t kFanLanes = 4;
constexpr std::size_t fan_row(std::size_t triangles) {
  return (triangles + kFanLanes - 1) / kFanLanes * kFanLanes + 1;
}

// From the nearest point of the fan to `point`, which is seen from the centre.
Point away_from_fan(const double* corners, std::size_t row, const Point& point);

}  // namespace voxarena
