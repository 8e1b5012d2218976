// The surface of a mask with sub-voxel precision: marching-cubes polygons (Lorensen & Cline 1987)
// whose corners are placed on the edges between inside and outside voxel centres where the smoothed
// mask crosses one half (after Whitaker 2000, "Reducing aliasing artifacts in iso-surfaces of
// binary volumes"). Every voxel centre stays on its side: nothing appears, vanishes or merges.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "evaluation/shapes/mask_pair.h"
#include "evaluation/shapes/surface_cells.h"
#include "evaluation/shapes/surface_distances.h"
#include "evaluation/shapes/triangle.h"

namespace voxarena {

class SubvoxelSurface {
 public:
  SubvoxelSurface(const std::vector<std::uint8_t>& mask, const Extent& size, const Spacing& spacing,
                  bool flat);

  // One polygon of a cell, seen as the triangles between its centre and each of its sides.
  struct Element {
    Point centre{};
    double area = 0;    // mm²
    double radius = 0;  // of a ball around the centre that holds the polygon
    std::int32_t first_corner = 0, corners = 0;
  };

  const SurfaceCells& cells() const { return cells_; }
  // Polygons of one cell are neighbours; first_element() is -1 where there is none.
  const std::vector<Element>& elements() const { return elements_; }
  const std::vector<std::int64_t>& cell_of_element() const { return cell_of_element_; }

  // Distance from a point to the polygons in and around `cell`, walking on to neighbouring cells
  // until none is nearer.
  double distance(const Point& point, std::int64_t cell) const;

 private:
  void add_polygons(std::int64_t cell, const Point& place, const Spacing& spacing,
                    const std::array<double, 64>& crossing);
  double squared_distance(const Point& point, const Element& element) const;
  // Whether a polygon of `cell` is nearer than `distance`, which then becomes smaller.
  bool improve(const Point& point, std::int64_t cell, double& distance) const;

  SurfaceCells cells_;
  std::vector<Element> elements_;
  std::vector<std::int64_t> cell_of_element_;
  std::vector<std::int32_t> first_element_;  // of each cell
  std::vector<Point> corners_;
};

// From the centres of all elements of each surface, weighted with their areas, to the other
// surface. Neither mask may be empty.
SurfaceDistances subvoxel_surface_distances(const MaskPair& masks);

}  // namespace voxarena
