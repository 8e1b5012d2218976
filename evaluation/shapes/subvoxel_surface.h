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

  const std::vector<PolygonFan>& polygons() const { return polygons_; }
  // Of the polygon's fan.
  const FanTriangle* triangles(const PolygonFan& polygon) const {
    return triangles_.data() + polygon.first_triangle;
  }

 private:
  void add_polygon(const Point& place, const CellPolygon& polygon,
                   const std::array<Crossing, 64>& crossings);

  Spacing spacing_;
  std::vector<PolygonFan> polygons_;
  std::vector<FanTriangle> triangles_;
};

}  // namespace voxarena
