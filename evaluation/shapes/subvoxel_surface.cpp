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
  const SurfaceCells surface = surface_cells(mask, size, flat);
  const Crossings crossings(mask, size, spacing, flat);
  const auto cells = static_cast<std::size_t>(
      std::count(surface.sites.begin(), surface.sites.end(), std::uint8_t{1}));
  polygons_.reserve(cells + cells / 4);  // a few cells have two or more
  triangles_.reserve(6 * cells);
  std::array<Crossing, 64> crossing{};
  // Of edges that begin in the slice below (even or odd) and above the cells: four cells share one.
  const std::int64_t slice = size[1] * size[2];
  std::vector<Crossing> crossings_of_edges(static_cast<std::size_t>(2 * 3 * slice));
  std::vector<std::uint8_t> known(crossings_of_edges.size(), 0);
  std::size_t cell = 0;
  for (std::int64_t z = 0; z < surface.size[0]; ++z) {
    const auto fresh = known.begin() + ((z + 1) % 2) * 3 * slice;
    std::fill(fresh, fresh + 3 * slice, std::uint8_t{0});
    for (std::int64_t y = 0; y < surface.size[1]; ++y) {
      for (std::int64_t x = 0; x < surface.size[2]; ++x, ++cell) {
        if (surface.sites[cell] == 0) continue;
        const std::int64_t in_slice = y * size[2] + x;
        const Point place = {static_cast<double>(z), static_cast<double>(y),
                             static_cast<double>(x)};
        for (const CellPolygon& polygon : cell_polygons()[surface.codes[cell]]) {
          for (const CrossedEdge& edge : polygon) {
            const int low = edge.inside & edge.outside;
            const std::int64_t begin =
                ((z + (low >> 2)) % 2) * slice + in_slice + (low >> 1 & 1) * size[2] + (low & 1);
            const std::size_t here = 3 * static_cast<std::size_t>(begin) + axis_of(edge);
            if (known[here] == 0) {
              crossings_of_edges[here] = crossings.at(z * slice + in_slice, edge);
              known[here] = 1;
            }
            crossing[edge_index(edge)] = crossings_of_edges[here];
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
    corners[i] = corner_of(polygon[i], static_cast<double>(crossings[edge_index(polygon[i])].place),
                           place, spacing_);
  const Bend bend = find_bend(polygon, crossings);
  if (bend.parts == 0) {
    polygons_.push_back(make_fan(corners.data(), count, triangles_));
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
    polygons_.push_back(make_fan(face.data(), n, triangles_));
  }
}

}  // namespace voxarena
