#include "evaluation/shapes/triangle.h"

#include <cmath>

namespace voxarena {
namespace {

// `to - s * u`
Point less(const Point& to, const Point& u, double s) {
  return {to[0] - s * u[0], to[1] - s * u[1], to[2] - s * u[2]};
}

}  // namespace

Point away_from_triangle(const Point& point, const Point& a, const Point& b, const Point& c) {
  const Point ab = b - a, ac = c - a, ap = point - a;
  const double d1 = dot(ab, ap), d2 = dot(ac, ap);
  if (d1 <= 0 && d2 <= 0) return ap;
  const Point bp = point - b;
  const double d3 = dot(ab, bp), d4 = dot(ac, bp);
  if (d3 >= 0 && d4 <= d3) return bp;
  const double vc = d1 * d4 - d3 * d2;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) return less(ap, ab, d1 / (d1 - d3));
  const Point cp = point - c;
  const double d5 = dot(ab, cp), d6 = dot(ac, cp);
  if (d6 >= 0 && d5 <= d6) return cp;
  const double vb = d5 * d2 - d1 * d6;
  if (vb <= 0 && d2 >= 0 && d6 <= 0) return less(ap, ac, d2 / (d2 - d6));
  const double va = d3 * d6 - d5 * d4;
  if (va <= 0 && d4 >= d3 && d5 >= d6) {
    return less(bp, c - b, (d4 - d3) / ((d4 - d3) + (d5 - d6)));
  }
  const double scale = 1 / (va + vb + vc);
  return less(less(ap, ab, vb * scale), ac, vc * scale);
}

double triangle_area(const Point& a, const Point& b, const Point& c) {
  const Point u = b - a, v = c - a;
  const Point cross = {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2],
                       u[0] * v[1] - u[1] * v[0]};
  return std::sqrt(dot(cross, cross)) / 2;
}

}  // namespace voxarena
