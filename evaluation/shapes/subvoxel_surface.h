// The surface of a mask with sub-voxel precision: marching-cubes polygons (Lorensen & Cline 1987)
// whose corners are placed on the edges between inside and outside voxel centres where the smoothed
// mask crosses one half (after Whitaker 2000, "Reducing aliasing artifacts in iso-surfaces of
// binary volumes"), with sharp edges where the mask has them (crossings.h). Every voxel centre
// stays on its side: nothing appears, vanishes or merges.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "evaluation/shapes/crossings.h"
#include "evaluation/shapes/surface_cells.h"
#include "evaluation/shapes/triangle.h"

namespace voxarena {

class SubvoxelSurface {
 public:
  SubvoxelSurface(const std::vector<std::uint8_t>& mask, const Extent& size, const Spacing& spacing,
                  bool flat);

  // One polygon of a cell, seen as the triangles between its centre and each of its sides.
  struct Element {
    Point centre{};
    Point low{}, high{};    // of the box that holds the polygon
    double area = 0;        // mm²
    std::int64_t cell = 0;  // polygons of one cell are neighbours
    std::int32_t first_corner = 0, corners = 0;
  };

  const SurfaceCells& cells() const { return cells_; }
  const std::vector<Element>& elements() const { return elements_; }
  const Point* corners(const Element& element) const {
    return corners_.data() + element.first_corner;
  }

  struct Nearest {
    double distance;
    Point away{};       // from there to the point
    bool same = false;  // the point is the centre of a polygon of this surface, too
  };
  // Among the polygons in and around `cell`, walking on to neighbouring cells until none is nearer.
  Nearest nearest(const Point& point, std::int64_t cell) const;

 private:
  void add_polygon(std::int64_t cell, const Point& place, const CellPolygon& polygon,
                   const std::array<Crossing, 64>& crossings);
  void add_element(std::int64_t cell, const Point* corners, std::size_t count);
  Point away(const Point& point, const Element& element) const;
  // Whether a polygon of `cell` is nearer than `best`, which it then becomes.
  bool improve(const Point& point, std::int64_t cell, Nearest& best) const;

  SurfaceCells cells_;
  Spacing spacing_;
  std::vector<Element> elements_;
  std::vector<std::int32_t> first_element_;  // of each cell, -1: none
  std::vector<Point> corners_;
};

}  // namespace voxarena
