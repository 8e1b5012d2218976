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
    Point normal{};  // of length 1; of the cylinder around the centre that holds the polygon
    double radius = 0, half_height = 0;
    double area = 0;        // mm²
    std::int64_t cell = 0;  // polygons of one cell are neighbours
    std::int32_t first_corner = 0, corners = 0;
  };
  // From the centre to a corner.
  struct Corner {
    Point away;
    double squared, with_next;  // products of `away` with itself and with that of the next corner
  };

  const SurfaceCells& cells() const { return cells_; }
  const std::vector<Element>& elements() const { return elements_; }
  const Corner* corners(const Element& element) const {
    return corners_.data() + element.first_corner;
  }
  Point corner(const Element& element, std::int32_t i) const {
    return element.centre + corners(element)[i].away;
  }

  struct Nearest {
    double distance;
    Point away{};       // from there to the point
    bool same = false;  // the point is the centre of a polygon of this surface, too
    std::int64_t element = -1;
  };
  // Among the polygons in and around `cell`, walking on to neighbouring cells until none is nearer.
  // An element that is likely to be near (-1: none) saves looking at most others; the walk goes on
  // from there if nothing is nearer.
  Nearest nearest(const Point& point, std::int64_t cell, std::int64_t likely = -1) const;

 private:
  void add_polygon(std::int64_t cell, const Point& place, const CellPolygon& polygon,
                   const std::array<Crossing, 64>& crossings);
  void add_element(std::int64_t cell, const Point* corners, std::size_t count);
  Point away(const Point& point, const Element& element) const;
  // Whether the element is nearer than `best`, which it then becomes.
  bool improve(const Point& point, std::size_t element, Nearest& best) const;
  bool improve_in_cell(const Point& point, std::int64_t cell, Nearest& best) const;
  void walk(const Point& point, std::int64_t cell, Nearest& best) const;

  SurfaceCells cells_;
  Spacing spacing_;
  std::vector<Element> elements_;
  std::vector<std::int32_t> first_element_;  // of each cell, -1: none
  std::vector<Corner> corners_;
};

}  // namespace voxarena
