// Points and triangles in space.
#pragma once

#include <array>

namespace voxarena {

using Point = std::array<double, 3>;  // mm, (z, y, x)

inline Point operator-(const Point& a, const Point& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}
inline Point operator+(const Point& a, const Point& b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}
inline Point operator*(double scale, const Point& a) {
  return {scale * a[0], scale * a[1], scale * a[2]};
}
inline double dot(const Point& a, const Point& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

inline Point cross(const Point& u, const Point& v) {
  return {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
}

// Two sides of a triangle that begin at one of its corners, and their products.
struct TriangleSides {
  const Point &u, &v;
  double uu, uv, vv;
};

// From the nearest point of the triangle to a point, both seen from the corner where the sides
// begin; `pu` and `pv` are the products of the point and the sides. Ericson, Real-Time Collision
// Detection (2005), 5.1.5.
inline Point away_from_triangle(const Point& p, double pu, double pv, const TriangleSides& sides) {
  const auto less = [](const Point& to, const Point& side, double s) {
    return Point{to[0] - s * side[0], to[1] - s * side[1], to[2] - s * side[2]};
  };
  const auto& [u, v, uu, uv, vv] = sides;
  if (pu <= 0 && pv <= 0) return p;
  const double d3 = pu - uu, d4 = pv - uv;  // the sides and the point seen from the end of u
  if (d3 >= 0 && d4 <= d3) return p - u;
  const double vc = pu * d4 - d3 * pv;
  if (vc <= 0 && pu >= 0 && d3 <= 0) return less(p, u, pu / uu);
  const double d5 = pu - uv, d6 = pv - vv;  // from the end of v
  if (d6 >= 0 && d5 <= d6) return p - v;
  const double vb = d5 * pv - pu * d6;
  if (vb <= 0 && pv >= 0 && d6 <= 0) return less(p, v, pv / vv);
  const double va = d3 * d6 - d5 * d4;
  if (va <= 0 && d4 >= d3 && d5 >= d6)
    return less(p - u, v - u, (d4 - d3) / ((d4 - d3) + (d5 - d6)));
  const double scale = 1 / (va + vb + vc);
  return less(less(p, u, vb * scale), v, vc * scale);
}

}  // namespace voxarena
