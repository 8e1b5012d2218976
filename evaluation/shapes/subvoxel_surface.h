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
#include "evaluation/shapes/polygon_fan.h"
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
    Point low{}, high{};    // bounding box, seen from the centre
    std::int32_t first_corner = 0, corners = 0;
  };

  const std::vector<Element>& elements() const { return elements_; }
  // As away_from_fan takes them.
  const double* corners(const Element& element) const {
    return corners_.data() + element.first_corner;
  }
  // Seen from the centre.
  Point corner(const Element& element, std::int32_t i) const {
    const double* z = corners(element) + i;
    const std::size_t row = fan_row(static_cast<std::size_t>(element.corners));
    return {z[0], z[row], z[2 * row]};
  }

 private:
  void add_polygon(const Point& place, const CellPolygon& polygon,
                   const std::array<Crossing, 64>& crossings);
  void add_element(const Point* corners, std::size_t count);

  Spacing spacing_;
  std::vector<Element> elements_;
  std::vector<double> corners_;
};

}  // namespace voxarena
