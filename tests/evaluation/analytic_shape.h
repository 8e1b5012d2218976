// Closed surfaces that are known exactly, and the masks that a grid of voxel centres makes of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "evaluation/shapes/triangle.h"
#include "voxarena/data/volume.h"

namespace voxarena::test {

// Points spread over the surface with equal area (made when asked for), signed distance (negative
// inside), area in mm².
struct AnalyticShape {
  std::function<std::vector<Point>()> points;
  std::function<double(const Point&)> distance;
  double area = 0;
};

inline AnalyticShape sphere(const Point& centre, double radius) {
  constexpr int kPoints = 20000;
  AnalyticShape shape;
  shape.points = [=] {
    std::vector<Point> points;
    for (int i = 0; i < kPoints; ++i) {
      const double height = 1 - (2 * i + 1.0) / kPoints;
      const double angle = i * std::numbers::pi * (1 + std::sqrt(5.0));
      const double ring = std::sqrt(1 - height * height);
      points.push_back({centre[0] + radius * height, centre[1] + radius * ring * std::cos(angle),
                        centre[2] + radius * ring * std::sin(angle)});
    }
    return points;
  };
  shape.distance = [=](const Point& p) {
    const Point d = p - centre;
    return std::sqrt(dot(d, d)) - radius;
  };
  shape.area = 4 * std::numbers::pi * radius * radius;
  return shape;
}

// Between two spheres around one centre.
inline AnalyticShape shell(const Point& centre, double inner, double outer) {
  const AnalyticShape small = sphere(centre, inner), large = sphere(centre, outer);
  AnalyticShape shape;
  shape.area = small.area + large.area;
  shape.points = [=] {
    std::vector<Point> points = large.points();
    const std::vector<Point> inside = small.points();
    // As many points as the area of the inner sphere deserves.
    const double stride = large.area / small.area;
    for (double i = 0; i < static_cast<double>(inside.size()); i += stride)
      points.push_back(inside[static_cast<std::size_t>(i)]);
    return points;
  };
  shape.distance = [=](const Point& p) { return std::max(large.distance(p), -small.distance(p)); };
  return shape;
}

inline AnalyticShape box(const Point& low, const Point& high) {
  constexpr double kStep = 0.125;
  AnalyticShape shape;
  Point centre, half;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    centre[axis] = (low[axis] + high[axis]) / 2;
    half[axis] = (high[axis] - low[axis]) / 2;
  }
  shape.points = [=] {
    std::vector<Point> points;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::size_t u = (axis + 1) % 3, v = (axis + 2) % 3;
      const auto nu = static_cast<int>(std::lround(2 * half[u] / kStep));
      const auto nv = static_cast<int>(std::lround(2 * half[v] / kStep));
      for (int i = 0; i < nu * nv; ++i) {
        for (const double side : {-1.0, 1.0}) {
          Point p = centre;
          p[axis] += side * half[axis];
          p[u] += (2 * (i / nv + 0.5) / nu - 1) * half[u];
          p[v] += (2 * (i % nv + 0.5) / nv - 1) * half[v];
          points.push_back(p);
        }
      }
    }
    return points;
  };
  shape.distance = [=](const Point& p) {
    double outside = 0, inside = -1e9;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double d = std::abs(p[axis] - centre[axis]) - half[axis];
      inside = std::max(inside, d);
      outside += std::max(d, 0.0) * std::max(d, 0.0);
    }
    return inside > 0 ? std::sqrt(outside) : inside;
  };
  shape.area = 8 * (half[0] * half[1] + half[0] * half[2] + half[1] * half[2]);
  return shape;
}

// Voxels whose centre is inside. Voxel (z, y, x) reaches from (z, y, x) to (z + 1, y + 1, x + 1)
// times the spacing; the image is a cube of 64 mm.
inline LabelImage voxelise(const AnalyticShape& shape, const Spacing& spacing) {
  LabelImage image;
  image.geometry.spacing = spacing;
  Extent size;
  for (std::size_t axis = 0; axis < 3; ++axis)
    size[axis] = static_cast<std::int64_t>(std::ceil(64 / spacing[axis]));
  image.voxels = Volume<std::int16_t>(1, size);
  for (std::int64_t z = 0; z < size[0]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[2]; ++x) {
        const Point centre = {(static_cast<double>(z) + 0.5) * spacing[0],
                              (static_cast<double>(y) + 0.5) * spacing[1],
                              (static_cast<double>(x) + 0.5) * spacing[2]};
        image.voxels.at(0, z, y, x) = shape.distance(centre) <= 0 ? 1 : 0;
      }
    }
  }
  return image;
}

struct SurfaceValues {
  double hd95 = 0, assd = 0, nsd = 0;
};

// What the metrics are of the shapes themselves.
inline SurfaceValues analytic_values(const AnalyticShape& a, const AnalyticShape& b,
                                     double tolerance) {
  const auto one_way = [&](const AnalyticShape& from, const AnalyticShape& to) {
    std::vector<double> distances;
    for (const Point& point : from.points()) distances.push_back(std::abs(to.distance(point)));
    std::sort(distances.begin(), distances.end());
    const auto count = static_cast<double>(distances.size());
    SurfaceValues values;
    for (const double distance : distances) {
      values.assd += distance / count;
      values.nsd += distance <= tolerance ? 1 / count : 0;
    }
    values.hd95 = distances[static_cast<std::size_t>(0.95 * count)];
    return values;
  };
  const SurfaceValues ab = one_way(a, b), ba = one_way(b, a);
  const double share = a.area / (a.area + b.area);
  return {std::max(ab.hd95, ba.hd95), share * ab.assd + (1 - share) * ba.assd,
          share * ab.nsd + (1 - share) * ba.nsd};
}

}  // namespace voxarena::test
