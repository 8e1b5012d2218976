// The default surface metrics of voxelised shapes against those of the shapes themselves.
#include "evaluation/shapes/subvoxel_surface.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "evaluation/case_evaluation.h"

namespace voxarena {
namespace {

// A closed surface: points spread over it with equal area, signed distance (negative inside), area.
struct Shape {
  std::vector<Point> points;
  std::function<double(const Point&)> distance;
  double area = 0;
};

constexpr int kPoints = 20000;

Shape sphere(const Point& centre, double radius) {
  Shape shape;
  for (int i = 0; i < kPoints; ++i) {
    const double height = 1 - (2 * i + 1.0) / kPoints;
    const double angle = i * std::numbers::pi * (1 + std::sqrt(5.0));
    const double ring = std::sqrt(1 - height * height);
    shape.points.push_back({centre[0] + radius * height,
                            centre[1] + radius * ring * std::cos(angle),
                            centre[2] + radius * ring * std::sin(angle)});
  }
  shape.distance = [=](const Point& p) {
    const Point d = p - centre;
    return std::sqrt(dot(d, d)) - radius;
  };
  shape.area = 4 * std::numbers::pi * radius * radius;
  return shape;
}

Shape box(const Point& centre, const Point& half) {
  Shape shape;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t u = (axis + 1) % 3, v = (axis + 2) % 3;
    const double step = 0.25;
    const auto count = [&](std::size_t a) { return static_cast<int>(2 * half[a] / step); };
    for (int i = 0; i < count(u); ++i) {
      for (int j = 0; j < count(v); ++j) {
        for (const double side : {-1.0, 1.0}) {
          Point p = centre;
          p[axis] += side * half[axis];
          p[u] += (i + 0.5) * step - half[u];
          p[v] += (j + 0.5) * step - half[v];
          shape.points.push_back(p);
        }
      }
    }
  }
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

// Between two spheres around one centre.
Shape shell(const Point& centre, double inner, double outer) {
  const Shape small = sphere(centre, inner), large = sphere(centre, outer);
  Shape shape{large.points, {}, small.area + large.area};
  // As many points as the area of the inner sphere deserves.
  const double stride = large.area / small.area;
  for (double i = 0; i < kPoints; i += stride)
    shape.points.push_back(small.points[static_cast<std::size_t>(i)]);
  shape.distance = [=](const Point& p) { return std::max(large.distance(p), -small.distance(p)); };
  return shape;
}

LabelImage voxelise(const Shape& shape, const Spacing& spacing) {
  LabelImage image;
  image.geometry.spacing = spacing;
  constexpr double kLength = 64;  // mm, of each side
  Extent size;
  for (std::size_t axis = 0; axis < 3; ++axis)
    size[axis] = static_cast<std::int64_t>(kLength / spacing[axis]);
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

struct Values {
  double hd95 = 0, assd = 0, nsd = 0;
};

Values analytic(const Shape& a, const Shape& b, double tolerance) {
  const auto one_way = [&](const Shape& from, const Shape& to) {
    std::vector<double> distances;
    for (const Point& point : from.points) distances.push_back(std::abs(to.distance(point)));
    std::sort(distances.begin(), distances.end());
    Values values;
    for (const double distance : distances) {
      values.assd += distance / static_cast<double>(distances.size());
      values.nsd += distance <= tolerance ? 1 / static_cast<double>(distances.size()) : 0;
    }
    values.hd95 = distances[static_cast<std::size_t>(0.95 * static_cast<double>(distances.size()))];
    return values;
  };
  const Values ab = one_way(a, b), ba = one_way(b, a);
  const double share = a.area / (a.area + b.area);
  return {std::max(ab.hd95, ba.hd95), share * ab.assd + (1 - share) * ba.assd,
          share * ab.nsd + (1 - share) * ba.nsd};
}

Values measured(const Shape& a, const Shape& b, const Spacing& spacing, double tolerance) {
  EvaluationTask task;
  task.classes = {{"shape", "1", {1}}};
  task.settings.tolerance = tolerance;
  task.metrics = {find_metric("HD95"), find_metric("ASSD"), find_metric("NSD")};
  const auto values = evaluate_images(voxelise(a, spacing), voxelise(b, spacing), task).at(0);
  return {values[0], values[1], values[2]};
}

struct Example {
  const char* name;
  Shape a, b;
  Spacing spacing;
  double tolerance;
};

std::vector<Example> examples() {
  const Point c = {31.3, 32.4, 32.2};
  const auto at = [&](double z, double y, double x) { return Point{c[0] + z, c[1] + y, c[2] + x}; };
  return {
      {"SphereShifted", sphere(c, 20), sphere(at(2.3, 2.1, -1.7), 20), {1, 1, 1}, 2},
      {"SphereShiftedAndScaled", sphere(c, 18), sphere(at(3, 0, 1), 21), {1, 1, 1}, 2.5},
      {"SphereFine", sphere(c, 14), sphere(at(0.5, -2, 0.8), 15), {0.5, 0.5, 0.5}, 1.5},
      {"SphereThickSlices", sphere(c, 24), sphere(at(2, 3, -4), 22), {3, 1, 1}, 3},
      {"SphereThickColumns", sphere(c, 22), sphere(at(-3, 2, 1), 22), {1, 2, 1}, 2},
      {"ShellShifted", shell(c, 12, 22), shell(at(1.5, -1.2, 0.7), 13, 21), {1, 1, 1}, 1.5},
      {"BoxShifted",
       box({32, 32, 32}, {14, 15, 16}),
       box({35, 30, 33}, {14, 15, 16}),
       {1, 1, 1},
       1.5},
      {"BoxThickSlices",
       box({32, 32, 32}, {16, 15, 12}),
       box({36, 32, 35}, {16, 15, 12}),
       {4, 1, 1},
       2},
  };
}

class AnalyticShape : public testing::TestWithParam<std::size_t> {};

TEST_P(AnalyticShape, IsMeasuredToATwentiethOfAVoxel) {
  const Example example = examples()[GetParam()];
  const Values expected = analytic(example.a, example.b, example.tolerance);
  const Values found = measured(example.a, example.b, example.spacing, example.tolerance);
  const double voxel = *std::max_element(example.spacing.begin(), example.spacing.end());
  EXPECT_NEAR(found.hd95, expected.hd95, 0.05 * voxel);
  EXPECT_NEAR(found.assd, expected.assd, 0.05 * voxel);
  EXPECT_NEAR(found.nsd, expected.nsd, 0.006 * voxel);
}

INSTANTIATE_TEST_SUITE_P(Shapes, AnalyticShape, testing::Range<std::size_t>(0, 8),
                         [](const auto& info) { return examples()[info.param].name; });

TEST(SubvoxelSurface, EdgesOfBoxesAreRoundedWithinOneVoxel) {
  const Shape a = box({32, 32, 32}, {12, 15, 10}), b = box({32, 32, 32}, {15, 18, 14});
  const Values expected = analytic(a, b, 5.5), found = measured(a, b, {1, 1, 1}, 5.5);
  EXPECT_NEAR(found.hd95, expected.hd95, 0.2);
  EXPECT_NEAR(found.assd, expected.assd, 0.1);
  EXPECT_NEAR(found.nsd, expected.nsd, 0.005);
}

Values of_masks(const LabelImage& a, const LabelImage& b) {
  EvaluationTask task;
  task.classes = {{"shape", "1", {1}}};
  task.metrics = {find_metric("HD"), find_metric("ASSD"), find_metric("NSD")};
  const auto values = evaluate_images(a, b, task).at(0);
  return {values[0], values[1], values[2]};
}

LabelImage voxels_at(const std::vector<Extent>& places) {
  LabelImage image;
  image.voxels = Volume<std::int16_t>(1, {5, 9, 9});
  for (const Extent& place : places) image.voxels.at(0, place[0], place[1], place[2]) = 1;
  return image;
}

TEST(SubvoxelSurface, EqualMasksAreAtDistanceZero) {
  const LabelImage mask = voxels_at({{2, 3, 3}, {2, 3, 4}, {2, 4, 4}, {0, 0, 0}});
  const Values values = of_masks(mask, mask);
  EXPECT_EQ(values.hd95, 0);
  EXPECT_EQ(values.assd, 0);
  EXPECT_EQ(values.nsd, 1);
}

TEST(SubvoxelSurface, SingleVoxelsKeepTheirExtent) {
  const LabelImage a = voxels_at({{2, 3, 2}}), b = voxels_at({{2, 3, 7}});
  const Values values = of_masks(a, b);
  // Octahedra of half a voxel around the centres: between 4 (tips) and a little above 5.
  EXPECT_GT(values.hd95, 4.5);
  EXPECT_LT(values.hd95, 5.5);
  EXPECT_EQ(values.nsd, 0);
}

TEST(SubvoxelSurface, IsSymmetric) {
  const LabelImage a = voxels_at({{2, 3, 2}, {2, 3, 3}, {3, 3, 3}}), b = voxels_at({{1, 5, 6}});
  EXPECT_DOUBLE_EQ(of_masks(a, b).hd95, of_masks(b, a).hd95);
  EXPECT_NEAR(of_masks(a, b).assd, of_masks(b, a).assd, 1e-12);
}

TEST(SubvoxelSurface, FlatImagesAreMeasuredInTheirPlane) {
  LabelImage a, b;
  a.geometry.file_dimension = b.geometry.file_dimension = 2;
  a.geometry.spacing = b.geometry.spacing = {999, 1, 1};
  a.voxels = b.voxels = Volume<std::int16_t>(1, {1, 30, 30});
  for (std::int64_t y = 5; y < 15; ++y) {
    for (std::int64_t x = 5; x < 25; ++x) {
      a.voxels.at(0, 0, y, x) = 1;
      b.voxels.at(0, 0, y + 3, x) = 1;
    }
  }
  const Values values = of_masks(a, b);
  EXPECT_NEAR(values.hd95, 3, 0.3);
  EXPECT_LT(values.assd, 3);
}

}  // namespace
}  // namespace voxarena
