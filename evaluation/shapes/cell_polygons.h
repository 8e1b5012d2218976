// The polygons in which a surface passes through a cell, for each of the 256 patterns of inside and
// outside corners (SurfaceCells::codes).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace voxarena {

// An edge between an inside and an outside corner; corners are 4 dz + 2 dy + dx.
struct CrossedEdge {
  std::uint8_t inside = 0, outside = 0;
};

using CellPolygon = std::vector<CrossedEdge>;  // corners of the polygon in order

// Derived from the faces: two crossed edges of a face are joined; where all four are crossed, each
// inside corner is cut off by itself. Neighbouring cells agree, so surfaces are closed.
const std::array<std::vector<CellPolygon>, 256>& cell_polygons();

}  // namespace voxarena
