// Points and triangles in space.
#pragma once

#include <array>

namespace voxarena {

using Point = std::array<double, 3>;  // mm, (z, y, x)

inline Point operator-(const Point& a, const Point& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
inline double dot(const Point& a, const Point& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

// From the nearest point of the triangle to `point`. Ericson, Real-Time Collision Detection (2005),
// 5.1.5.
Point away_from_triangle(const Point& point, const Point& a, const Point& b, const Point& c);

double triangle_area(const Point& a, const Point& b, const Point& c);

}  // namespace voxarena
