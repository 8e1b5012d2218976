#include "evaluation/shapes/triangle.h"

#include <cmath>

namespace voxarena {
namespace {

double squared_distance(const Point& point, const Point& from, const Point& u, double s) {
  const Point d = {point[0] - from[0] - s * u[0], point[1] - from[1] - s * u[1],
                   point[2] - from[2] - s * u[2]};
  return dot(d, d);
}

}  // namespace

double squared_distance_to_triangle(const Point& point, const Point& a, const Point& b,
                                    const Point& c) {
  const Point ab = b - a, ac = c - a, ap = point - a;
  const double d1 = dot(ab, ap), d2 = dot(ac, ap);
  if (d1 <= 0 && d2 <= 0) return dot(ap, ap);
  const Point bp = point - b;
  const double d3 = dot(ab, bp), d4 = dot(ac, bp);
  if (d3 >= 0 && d4 <= d3) return dot(bp, bp);
  const double vc = d1 * d4 - d3 * d2;
  if (vc <= 0 && d1 >= 0 && d3 <= 0) return squared_distance(point, a, ab, d1 / (d1 - d3));
  const Point cp = point - c;
  const double d5 = dot(ab, cp), d6 = dot(ac, cp);
  if (d6 >= 0 && d5 <= d6) return dot(cp, cp);
  const double vb = d5 * d2 - d1 * d6;
  if (vb <= 0 && d2 >= 0 && d6 <= 0) return squared_distance(point, a, ac, d2 / (d2 - d6));
  const double va = d3 * d6 - d5 * d4;
  if (va <= 0 && d4 >= d3 && d5 >= d6) {
    return squared_distance(point, b, c - b, (d4 - d3) / ((d4 - d3) + (d5 - d6)));
  }
  const double scale = 1 / (va + vb + vc), v = vb * scale, w = vc * scale;
  const Point d = {ap[0] - v * ab[0] - w * ac[0], ap[1] - v * ab[1] - w * ac[1],
                   ap[2] - v * ab[2] - w * ac[2]};
  return dot(d, d);
}

double triangle_area(const Point& a, const Point& b, const Point& c) {
  const Point u = b - a, v = c - a;
  const Point cross = {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2],
                       u[0] * v[1] - u[1] * v[0]};
  return std::sqrt(dot(cross, cross)) / 2;
}

}  // namespace voxarena
