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
  const auto cells = static_cast<std::size_t>(
      std::count(cells_.sites.begin(), cells_.sites.end(), std::uint8_t{1}));
  elements_.reserve(cells + cells / 4);  // a few cells have two or more
  corners_.reserve(5 * cells);
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
  for (std::size_t i = 0; i < count; ++i) {
    const Point to_corner = corners[i] - element.centre;
    const Point to_next = corners[i + 1 < count ? i + 1 : 0] - element.centre;
    const Point twice = cross(to_corner, to_next);
    corners_.push_back({to_corner, dot(to_corner, to_corner), dot(to_corner, to_next)});
    element.area += std::sqrt(dot(twice, twice)) / 2;
    for (std::size_t axis = 0; axis < 3; ++axis) element.normal[axis] += twice[axis];
    element.radius = std::max(element.radius, corners_.back().squared);
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

Point SubvoxelSurface::away(const Point& point, const Element& element) const {
  const Corner* corner = corners(element);
  const std::int32_t count = element.corners;
  const Point from_centre = point - element.centre;
  Point best{};
  double squared = std::numeric_limits<double>::infinity();
  const double first_along = dot(corner[0].away, from_centre);
  double along = first_along;
  for (std::int32_t i = 0; i < count; ++i) {
    const bool last = i + 1 == count;
    const Corner& next = corner[last ? 0 : i + 1];
    const double next_along = last ? first_along : dot(next.away, from_centre);
    const Point found = away_from_triangle(
        from_centre, along, next_along,
        {corner[i].away, next.away, corner[i].squared, corner[i].with_next, next.squared});
    along = next_along;
    const double found_squared = dot(found, found);
    if (found_squared >= squared) continue;
    best = found;
    squared = found_squared;
  }
  return best;
}

bool SubvoxelSurface::improve(const Point& point, std::size_t index, Nearest& best) const {
  const Element& element = elements_[index];
  // Distance to the cylinder.
  const Point from_centre = point - element.centre;
  const double height = dot(from_centre, element.normal);
  const double above = std::max(0.0, std::abs(height) - element.half_height);
  const double limit = best.distance * best.distance - above * above;
  if (limit <= 0) return false;
  const double aside_squared = dot(from_centre, from_centre) - height * height;
  // aside - radius >= sqrt(limit), without a root in most cases
  if (aside_squared >= element.radius * element.radius + limit) {
    const double aside = std::sqrt(aside_squared) - element.radius;
    if (aside * aside >= limit) return false;
  }
  const Point found = away(point, element);
  const double distance = std::sqrt(dot(found, found));
  if (distance >= best.distance) return false;
  best = {.distance = distance,
          .away = found,
          .same = false,
          .element = static_cast<std::int64_t>(index)};
  return true;
}

bool SubvoxelSurface::improve_in_cell(const Point& point, std::int64_t cell, Nearest& best) const {
  bool improved = false;
  for (auto e = static_cast<std::size_t>(first_element_[static_cast<std::size_t>(cell)]);
       e < elements_.size() && elements_[e].cell == cell; ++e) {
    if (point == elements_[e].centre) {
      best = {.distance = 0, .away = {}, .same = true, .element = static_cast<std::int64_t>(e)};
      return true;
    }
    improved = improve(point, e, best) || improved;
  }
  return improved;
}

void SubvoxelSurface::walk(const Point& point, std::int64_t cell, Nearest& best) const {
  const Extent& size = cells_.size;
  const std::int64_t row = size[2], slice = size[1] * size[2];
  const auto empty = [&](std::int64_t c) {
    return first_element_[static_cast<std::size_t>(c)] < 0;
  };
  if (!empty(cell)) improve_in_cell(point, cell, best);
  // Cells around the one before have been seen already.
  Extent before = {-9, -9, -9};
  while (!best.same) {
    const Extent at = {cell / slice, cell / row % size[1], cell % row};
    // Along each axis: the cells before, at and after this one, the nearest first, and their
    // squared distance.
    struct Layer {
      std::int64_t place;
      double gap;
    };
    std::array<std::array<Layer, 3>, 3> layers;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double low = static_cast<double>(at[axis]) * spacing_[axis] - point[axis];
      const double high = low + spacing_[axis];  // of this cell, seen from the point
      const std::int64_t near = low + high > 0 ? -1 : 1;
      const auto layer = [&](std::int64_t i) {
        const double shift = static_cast<double>(i) * spacing_[axis];
        const double gap = std::max({0.0, low + shift, -high - shift});
        return Layer{at[axis] + i, gap * gap};
      };
      layers[axis] = {layer(0), layer(near), layer(-near)};
      if (layers[axis][1].gap < layers[axis][0].gap) std::swap(layers[axis][0], layers[axis][1]);
    }
    std::int64_t nearest = cell;
    const auto out_of_reach = [&](double squared) {
      return squared >= best.distance * best.distance;
    };
    for (const Layer& z : layers[0]) {
      if (out_of_reach(z.gap)) break;
      if (z.place < 0 || z.place >= size[0]) continue;
      for (const Layer& y : layers[1]) {
        if (out_of_reach(z.gap + y.gap)) break;
        if (y.place < 0 || y.place >= size[1]) continue;
        const bool row_seen =
            std::abs(z.place - before[0]) <= 1 && std::abs(y.place - before[1]) <= 1;
        for (const Layer& x : layers[2]) {
          if (out_of_reach(z.gap + y.gap + x.gap)) break;
          if (x.place < 0 || x.place >= size[2]) continue;
          if (row_seen && std::abs(x.place - before[2]) <= 1) continue;
          const std::int64_t here = z.place * slice + y.place * row + x.place;
          if (empty(here) || here == cell) continue;
          if (improve_in_cell(point, here, best)) nearest = here;
        }
      }
    }
    if (nearest == cell) return;
    cell = nearest;
    before = at;
  }
}

SubvoxelSurface::Nearest SubvoxelSurface::nearest(const Point& point, std::int64_t cell,
                                                  std::int64_t likely) const {
  Nearest best{std::numeric_limits<double>::infinity()};
  if (likely >= 0) improve(point, static_cast<std::size_t>(likely), best);
  walk(point, cell, best);
  if (likely >= 0 && best.element == likely) {
    const std::int64_t there = elements_[static_cast<std::size_t>(likely)].cell;
    if (there != cell) walk(point, there, best);
  }
  return best;
}

}  // namespace voxarena
