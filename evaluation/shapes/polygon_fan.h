// A polygon, seen as the triangles between its centre and its sides.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "evaluation/shapes/triangle.h"

namespace voxarena {

struct PolygonFan {
  Point centre{};  // mean of the corners
  Point normal{};  // of length 1; of the cylinder around the centre that holds the polygon
  double radius = 0, half_height = 0;
  double area = 0;                                 // mm²
  std::array<float, 3> low{}, high{};              // bounding box, seen from the centre
  std::int32_t first_triangle = 0, triangles = 0;  // as many as corners
};

// In single precision. Begins at the corner of its number. After the last one of a polygon the
// first one follows again.
struct FanTriangle {
  std::array<float, 3> corner{};        // seen from the centre
  float squared = 0, with_next = 0;     // products of the corner with itself and with the next one
  float per_squared = 0, per_side = 0;  // 1 / squared, 1 / squared length of the outer side
  std::array<float, 3> normal{};        // of length 1
  float twice_area_squared = 0;
  std::array<float, 3> side{};  // to the next corner
  float from_side = 0;          // minus the product of the corner and the side
};

inline std::array<float, 3> to_single(const Point& a) {
  return {static_cast<float>(a[0]), static_cast<float>(a[1]), static_cast<float>(a[2])};
}
inline Point to_double(const std::array<float, 3>& a) {
  return {static_cast<double>(a[0]), static_cast<double>(a[1]), static_cast<double>(a[2])};
}

// Its triangles are appended. `corners` in order.
PolygonFan make_fan(const Point* corners, std::size_t count, std::vector<FanTriangle>& triangles);

}  // namespace voxarena
