// Surfaces made of cells: the cubes between eight neighbouring voxel centres of which some are
// inside and some outside.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "evaluation/shapes/mask_pair.h"
#include "evaluation/shapes/surface_distances.h"

namespace voxarena {

// Cell (z, y, x) lies between voxels (z, y, x) and (z + 1, y + 1, x + 1); a flat image has one
// layer of cells, as if its slice were repeated. Bit 7 - (4 dz + 2 dy + dx) of a code is voxel (z +
// dz, y + dy, x + dx).
struct SurfaceCells {
  Extent size{};
  std::vector<std::uint8_t> codes;
  std::vector<std::uint8_t> sites;  // 1 where the code is neither 0 nor 255
};

SurfaceCells surface_cells(const std::vector<std::uint8_t>& mask, const Extent& size, bool flat);

// mm² of surface in a cell of each code: the marching-cubes triangles (Lorensen & Cline 1987) with
// corners at the middles of edges, in the triangulation of DeepMind's `surface-distance`.
std::array<double, 256> cell_areas(const Spacing& spacing);

// As `surface-distance` takes them: between the corners of voxels that carry a surface cell, each
// weighted with its area. Neither mask may be empty.
SurfaceDistances cell_surface_distances(const MaskPair& masks);

}  // namespace voxarena
