#include "evaluation/shapes/subvoxel_surface.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluation/shapes/cell_polygons.h"

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
    : cells_(surface_cells(mask, size, flat)),
      spacing_(spacing),
      first_element_(cells_.codes.size(), -1) {
  const Crossings crossings(mask, size, spacing, flat);
  std::array<Crossing, 64> crossing{};
  std::int64_t cell = 0;
  for (std::int64_t z = 0; z < cells_.size[0]; ++z) {
    for (std::int64_t y = 0; y < cells_.size[1]; ++y) {
      for (std::int64_t x = 0; x < cells_.size[2]; ++x, ++cell) {
        if (cells_.sites[static_cast<std::size_t>(cell)] == 0) continue;
        first_element_[static_cast<std::size_t>(cell)] =
            static_cast<std::int32_t>(elements_.size());
        const std::int64_t voxel = (z * size[1] + y) * size[2] + x;
        const Point place = unravel(cell, cells_.size);
        for (const CellPolygon& polygon :
             cell_polygons()[cells_.codes[static_cast<std::size_t>(cell)]]) {
          for (const CrossedEdge& edge : polygon) {
            crossing[edge_index(edge)] = crossings.at(voxel, edge);
          }
          add_polygon(cell, place, polygon, crossing);
        }
      }
    }
  }
}

void SubvoxelSurface::add_polygon(std::int64_t cell, const Point& place, const CellPolygon& polygon,
                                  const std::array<Crossing, 64>& crossings) {
  std::array<Point, kMostCorners> corners;
  const std::size_t count = polygon.size();
  for (std::size_t i = 0; i < count; ++i)
    corners[i] = corner_of(polygon[i], crossings[edge_index(polygon[i])].place, place, spacing_);
  const Bend bend = find_bend(polygon, crossings);
  if (bend.parts == 0) {
    add_element(cell, corners.data(), count);
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
    add_element(cell, face.data(), n);
  }
}

void SubvoxelSurface::add_element(std::int64_t cell, const Point* corners, std::size_t count) {
  Element element;
  element.cell = cell;
  element.first_corner = static_cast<std::int32_t>(corners_.size());
  element.corners = static_cast<std::int32_t>(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      element.centre[axis] += corners[i][axis] / static_cast<double>(count);
  }
  element.low = element.high = corners[0];
  for (std::size_t i = 0; i < count; ++i) {
    element.area += triangle_area(element.centre, corners[i], corners[(i + 1) % count]);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      element.low[axis] = std::min(element.low[axis], corners[i][axis]);
      element.high[axis] = std::max(element.high[axis], corners[i][axis]);
    }
  }
  corners_.insert(corners_.end(), corners, corners + count);
  elements_.push_back(element);
}

Point SubvoxelSurface::away(const Point& point, const Element& element) const {
  const Point* corner = corners(element);
  if (element.corners == 3) return away_from_triangle(point, corner[0], corner[1], corner[2]);
  Point best{};
  double squared = std::numeric_limits<double>::infinity();
  for (std::int32_t i = 0; i < element.corners; ++i) {
    const Point& next = corner[i + 1 < element.corners ? i + 1 : 0];
    const Point found = away_from_triangle(point, element.centre, corner[i], next);
    if (dot(found, found) >= squared) continue;
    best = found;
    squared = dot(found, found);
  }
  return best;
}

bool SubvoxelSurface::improve(const Point& point, std::int64_t cell, Nearest& best) const {
  bool improved = false;
  const std::int32_t first = first_element_[static_cast<std::size_t>(cell)];
  if (first < 0) return false;
  for (auto e = static_cast<std::size_t>(first); e < elements_.size() && elements_[e].cell == cell;
       ++e) {
    const Element& element = elements_[e];
    if (point == element.centre) {
      best = {.distance = 0, .away = {}, .same = true};
      return true;
    }
    double squared = 0;  // distance to the box
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double gap =
          std::max({0.0, element.low[axis] - point[axis], point[axis] - element.high[axis]});
      squared += gap * gap;
    }
    if (squared >= best.distance * best.distance) continue;
    const Point found = away(point, element);
    const double distance = std::sqrt(dot(found, found));
    if (distance >= best.distance) continue;
    best = {.distance = distance, .away = found, .same = false};
    improved = true;
  }
  return improved;
}

SubvoxelSurface::Nearest SubvoxelSurface::nearest(const Point& point, std::int64_t cell) const {
  const Extent& size = cells_.size;
  const std::int64_t row = size[2], slice = size[1] * size[2];
  Nearest best{std::numeric_limits<double>::infinity()};
  improve(point, cell, best);
  // Cells around the one before have been seen already.
  Extent before = {-9, -9, -9};
  while (!best.same) {
    const Extent at = {cell / slice, cell / row % size[1], cell % row};
    // Squared distance along each axis to the cells before, at and after this one.
    std::array<std::array<double, 3>, 3> gap{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      for (std::size_t i = 0; i < 3; ++i) {
        const double low = static_cast<double>(at[axis] - 1) + static_cast<double>(i);
        const double d = std::max(
            {0.0, low * spacing_[axis] - point[axis], point[axis] - (low + 1) * spacing_[axis]});
        gap[axis][i] = d * d;
      }
    }
    std::int64_t nearest = cell;
    const auto around = [&](std::size_t axis, std::size_t i) {
      return at[axis] + static_cast<std::int64_t>(i) - 1;
    };
    const auto out_of_reach = [&](double squared) {
      return squared >= best.distance * best.distance;
    };
    for (std::size_t dz = 0; dz < 3; ++dz) {
      const std::int64_t z = around(0, dz);
      if (z < 0 || z >= size[0] || out_of_reach(gap[0][dz])) continue;
      for (std::size_t dy = 0; dy < 3; ++dy) {
        const std::int64_t y = around(1, dy);
        if (y < 0 || y >= size[1] || out_of_reach(gap[0][dz] + gap[1][dy])) continue;
        const bool row_seen = std::abs(z - before[0]) <= 1 && std::abs(y - before[1]) <= 1;
        for (std::size_t dx = 0; dx < 3; ++dx) {
          const std::int64_t x = around(2, dx);
          if (x < 0 || x >= size[2] || (row_seen && std::abs(x - before[2]) <= 1)) continue;
          const std::int64_t here = z * slice + y * row + x;
          if (first_element_[static_cast<std::size_t>(here)] < 0 || here == cell ||
              out_of_reach(gap[0][dz] + gap[1][dy] + gap[2][dx]))
            continue;
          if (improve(point, here, best)) nearest = here;
        }
      }
    }
    if (nearest == cell) break;
    cell = nearest;
    before = at;
  }
  return best;
}

}  // namespace voxarena
