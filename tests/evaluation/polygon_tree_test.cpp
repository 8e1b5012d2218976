#include "evaluation/shapes/polygon_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace voxarena {
namespace {

constexpr Extent kSize = {20, 24, 28};
constexpr Spacing kSpacing = {2.5, 0.8, 0.8};

// Two balls with holes: smooth parts, edges, single voxels.
std::vector<std::uint8_t> some_mask() {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(voxels(kSize)), 0);
  std::mt19937 random(3);
  const auto squared = [](std::int64_t distance) {
    return static_cast<double>(distance * distance);
  };
  std::size_t i = 0;
  for (std::int64_t z = 0; z < kSize[0]; ++z) {
    for (std::int64_t y = 0; y < kSize[1]; ++y) {
      for (std::int64_t x = 0; x < kSize[2]; ++x, ++i) {
        const bool margin = z == 0 || y == 0 || x == 0 || z + 1 == kSize[0] || y + 1 == kSize[1] ||
                            x + 1 == kSize[2];
        const bool ball = squared(z - 8) + squared(y - 10) + squared(x - 9) < 40 ||
                          squared(z - 14) + squared(y - 15) + squared(x - 20) < 20;
        mask[i] = !margin && ball && random() % 50 != 0 ? 1 : 0;
      }
    }
  }
  return mask;
}

double distance_to_all(const SubvoxelSurface& surface, const Point& point) {
  double least = std::numeric_limits<double>::infinity();
  for (const PolygonFan& polygon : surface.polygons()) {
    const FanTriangle* triangle = surface.triangles(polygon);
    const Point p = point - polygon.centre;
    for (std::int32_t i = 0; i < polygon.triangles; ++i, ++triangle) {
      const Point u = to_double(triangle[0].corner), v = to_double(triangle[1].corner);
      const Point away =
          away_from_triangle(p, dot(p, u), dot(p, v), {u, v, dot(u, u), dot(u, v), dot(v, v)});
      least = std::min(least, dot(away, away));
    }
  }
  return std::sqrt(least);
}

TEST(PolygonTree, FindsWhatIsNearestOfAllPolygons) {
  const SubvoxelSurface surface(some_mask(), kSize, kSpacing, false);
  PolygonTree tree(surface);
  std::mt19937 random(5);
  const auto place = [&](double length) {
    return length * static_cast<double>(random()) / 4294967296.0;
  };
  for (int packet = 0; packet < 100; ++packet) {
    std::array<Point, PolygonTree::kLanes> points;
    std::array<PolygonTree::Nearest, PolygonTree::kLanes> found;
    for (Point& point : points) point = {place(50), place(20), place(23)};
    const std::int64_t count = 1 + packet % PolygonTree::kLanes;
    tree.nearest(points.data(), count, found.data());
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      EXPECT_NEAR(found[i].distance, distance_to_all(surface, points[i]), 1e-5);
      EXPECT_NEAR(std::sqrt(dot(found[i].away, found[i].away)), found[i].distance, 1e-12);
      EXPECT_FALSE(found[i].same);
    }
  }
}

TEST(PolygonTree, KnowsItsOwnPolygons) {
  const SubvoxelSurface surface(some_mask(), kSize, kSpacing, false);
  PolygonTree tree(surface);
  for (const PolygonFan& polygon : surface.polygons()) {
    PolygonTree::Nearest found;
    tree.nearest(&polygon.centre, 1, &found);
    EXPECT_TRUE(found.same);
    EXPECT_EQ(found.distance, 0);
  }
}

TEST(PolygonTree, LooksNoFurtherThanAsked) {
  const SubvoxelSurface surface(some_mask(), kSize, kSpacing, false);
  PolygonTree tree(surface);
  const Point point = {0, 0, 0};
  const double distance = distance_to_all(surface, point);
  PolygonTree::Nearest found;
  tree.nearest(&point, 1, &found, distance + 20);
  EXPECT_LE(found.distance, distance + 20);
  tree.nearest(&point, 1, &found, distance / 2);
  EXPECT_NEAR(found.distance, distance, 1e-5);
}

}  // namespace
}  // namespace voxarena
