#include "evaluation/shapes/polygon_fan.h"

#include <algorithm>
#include <cmath>

namespace voxarena {
namespace {

// 0 for what is next to nothing.
float inverse_or_zero(float value) { return value > 1e-12F ? 1 / value : 0; }

}  // namespace

PolygonFan make_fan(const Point* corners, std::size_t count, std::vector<FanTriangle>& triangles) {
  PolygonFan fan;
  fan.first_triangle = static_cast<std::int32_t>(triangles.size());
  fan.triangles = static_cast<std::int32_t>(count);
  triangles.resize(triangles.size() + count + 1);
  FanTriangle* triangle = triangles.data() + fan.first_triangle;
  for (std::size_t i = 0; i < count; ++i) fan.centre = fan.centre + corners[i];
  fan.centre = (1 / static_cast<double>(count)) * fan.centre;
  double radius_squared = 0;
  Point u = corners[0] - fan.centre, normal{};
  double uu = dot(u, u);
  for (std::size_t i = 0; i < count; ++i, ++triangle) {
    const Point v = corners[i + 1 < count ? i + 1 : 0] - fan.centre;
    const double uv = dot(u, v), vv = dot(v, v);
    const Point twice = cross(u, v);
    const double squared = dot(twice, twice), length = std::sqrt(squared);
    triangle->corner = to_single(u);
    triangle->squared = static_cast<float>(uu);
    triangle->with_next = static_cast<float>(uv);
    triangle->per_squared = inverse_or_zero(static_cast<float>(uu));
    triangle->per_side = inverse_or_zero(static_cast<float>(uu + vv - 2 * uv));
    triangle->normal = to_single((length > 0 ? 1 / length : 0) * twice);
    triangle->twice_area_squared = static_cast<float>(squared);
    triangle->side = to_single(v - u);
    triangle->from_side = static_cast<float>(uu - uv);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      fan.low[axis] = std::min(fan.low[axis], triangle->corner[axis]);
      fan.high[axis] = std::max(fan.high[axis], triangle->corner[axis]);
    }
    fan.area += length / 2;
    normal = normal + twice;
    radius_squared = std::max(radius_squared, uu);
    u = v;
    uu = vv;
  }
  *triangle = triangles[static_cast<std::size_t>(fan.first_triangle)];
  fan.radius = std::sqrt(radius_squared);
  const double length = std::sqrt(dot(normal, normal));
  fan.normal = (length > 0 ? 1 / length : 0) * normal;
  for (std::size_t i = 0; i < count; ++i)
    fan.half_height = std::max(fan.half_height, std::abs(dot(corners[i] - fan.centre, fan.normal)));
  return fan;
}

}  // namespace voxarena
