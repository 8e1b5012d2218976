#include "evaluation/shapes/subvoxel_surface.h"

#include <algorithm>
#include <cmath>

#include "evaluation/shapes/cell_polygons.h"
#include "evaluation/shapes/surface_cells.h"

namespace voxarena {
namespace {

// A polygon has at most 12 corners; two of its sides may be bent over a sharp edge, with 3 parts.
constexpr std::size_t kMostCorners = 16;

std::size_t edge_index(const CrossedEdge& edge) {
  return static_cast<std::size_t>(edge.inside * 8 + edge.outside);
}

// 0 (z), 1 (y) or 2 (x).
std::size_t axis_of(const CrossedEdge& edge) {
  const int difference = edge.inside ^ edge.outside;
  return difference == 4 ? 0 : difference == 2 ? 1 : 2;
}

Point unravel(std::int64_t cell, const Extent& size) {
  return {static_cast<double>(cell / (size[1] * size[2])),
          static_cast<double>(cell / size[2] % size[1]), static_cast<double>(cell % size[2])};
}

Point corner_of(const CrossedEdge& edge, double crossing, const Point& place,
                const Spacing& spacing) {
  Point corner;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const int shift = static_cast<int>(2 - axis);
    const double in = edge.inside >> shift & 1, out = edge.outside >> shift & 1;
    corner[axis] = (place[axis] + in + crossing * (out - in)) * spacing[axis];
  }
  return corner;
}

// Where a polygon bends over a sharp edge: its corners on each face of voxels, in order.
struct Bend {
  std::size_t first = 0;                // corner of the polygon with which part 0 begins
  std::size_t parts = 0;                // 2 (edge) or 3 (corner); 0: not sharp
  std::array<std::size_t, 3> counts{};  // corners of each part
  std::array<std::size_t, 3> axes{};    // normal of each part
};

Bend find_bend(const CellPolygon& polygon, const std::array<Crossing, 64>& crossings) {
  const std::size_t count = polygon.size();
  Bend bend;
  for (std::size_t i = 0; i < count; ++i) {
    if (!crossings[edge_index(polygon[i])].on_face) return {};
    if (axis_of(polygon[i]) != axis_of(polygon[(i + count - 1) % count])) bend.first = i;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t axis = axis_of(polygon[(bend.first + i) % count]);
    if (i == 0 || axis != bend.axes[bend.parts - 1]) {
      for (std::size_t part = 0; part < bend.parts; ++part) {
        if (bend.axes[part] == axis) return {};
      }
      bend.axes[bend.parts++] = axis;
    }
    ++bend.counts[bend.parts - 1];
  }
  return bend.parts < 2 ? Bend{} : bend;
}

}  // namespace

SubvoxelSurface::SubvoxelSurface(const std::vector<std::uint8_t>& mask, const Extent& size,
                                 const Spacing& spacing, bool flat)
    : spacing_(spacing) {
  const SurfaceCells cells_ = surface_cells(mask, size, flat);
  const Crossings crossings(mask, size, spacing, flat);
  const auto cells = static_cast<std::size_t>(
      std::count(cells_.sites.begin(), cells_.sites.end(), std::uint8_t{1}));
  elements_.reserve(cells + cells / 4);  // a few cells have two or more
  corners_.reserve(18 * cells);
  std::array<Crossing, 64> crossing{};
  std::int64_t cell = 0;
  for (std::int64_t z = 0; z < cells_.size[0]; ++z) {
    for (std::int64_t y = 0; y < cells_.size[1]; ++y) {
      for (std::int64_t x = 0; x < cells_.size[2]; ++x, ++cell) {
        if (cells_.sites[static_cast<std::size_t>(cell)] == 0) continue;
        const std::int64_t voxel = (z * size[1] + y) * size[2] + x;
        const Point place = unravel(cell, cells_.size);
        for (const CellPolygon& polygon :
             cell_polygons()[cells_.codes[static_cast<std::size_t>(cell)]]) {
          for (const CrossedEdge& edge : polygon) {
            crossing[edge_index(edge)] = crossings.at(voxel, edge);
          }
          add_polygon(place, polygon, crossing);
        }
      }
    }
  }
}

void SubvoxelSurface::add_polygon(const Point& place, const CellPolygon& polygon,
                                  const std::array<Crossing, 64>& crossings) {
  std::array<Point, kMostCorners> corners;
  const std::size_t count = polygon.size();
  for (std::size_t i = 0; i < count; ++i)
    corners[i] = corner_of(polygon[i], crossings[edge_index(polygon[i])].place, place, spacing_);
  const Bend bend = find_bend(polygon, crossings);
  if (bend.parts == 0) {
    add_element(corners.data(), count);
    return;
  }
  // Faces meet where each has its own coordinate; neighbouring corners share the third.
  const auto meet = [&](std::size_t before, std::size_t after) {
    Point point = corners[before % count];
    const std::size_t axis = axis_of(polygon[after % count]);
    point[axis] = corners[after % count][axis];
    return point;
  };
  Point tip{};
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t axis = axis_of(polygon[i]);
    tip[axis] = corners[i][axis];
  }
  std::size_t at = bend.first;
  for (std::size_t part = 0; part < bend.parts; ++part) {
    std::array<Point, kMostCorners> face;
    std::size_t n = 0;
    face[n++] = meet(at + count - 1, at);
    for (std::size_t i = 0; i < bend.counts[part]; ++i) face[n++] = corners[(at + i) % count];
    at += bend.counts[part];
    face[n++] = meet(at - 1, at);
    if (bend.parts == 3) face[n++] = tip;
    add_element(face.data(), n);
  }
}

void SubvoxelSurface::add_element(const Point* corners, std::size_t count) {
  Element element;
  element.first_corner = static_cast<std::int32_t>(corners_.size());
  element.corners = static_cast<std::int32_t>(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      element.centre[axis] += corners[i][axis] / static_cast<double>(count);
  }
  const std::size_t row = fan_row(count);
  corners_.resize(corners_.size() + 3 * row);
  double* rows = corners_.data() + element.first_corner;
  for (std::size_t i = 0; i < row; ++i) {
    const Point to_corner = corners[i < count ? i : 0] - element.centre;
    for (std::size_t axis = 0; axis < 3; ++axis) rows[axis * row + i] = to_corner[axis];
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Point to_corner = corners[i] - element.centre;
    const Point to_next = corners[i + 1 < count ? i + 1 : 0] - element.centre;
    const Point twice = cross(to_corner, to_next);
    element.area += std::sqrt(dot(twice, twice)) / 2;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      element.normal[axis] += twice[axis];
      element.low[axis] = std::min(element.low[axis], to_corner[axis]);
      element.high[axis] = std::max(element.high[axis], to_corner[axis]);
    }
    element.radius = std::max(element.radius, dot(to_corner, to_corner));
  }
  element.radius = std::sqrt(element.radius);
  const double length = std::sqrt(dot(element.normal, element.normal));
  for (double& part : element.normal) part = length > 0 ? part / length : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double height = dot(corners[i] - element.centre, element.normal);
    element.half_height = std::max(element.half_height, std::abs(height));
  }
  elements_.push_back(element);
}

}  // namespace voxarena
