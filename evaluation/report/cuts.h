// Three planes through a case, turned as a radiologist expects them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "voxarena/data/png.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// One plane of an array (z, y, x). Axes are those of the array; a flipped one runs from its last
// voxel to its first.
struct Cut {
  std::string plane;  // "axial", "coronal", "sagittal"; "slice" of a 2-D image
  int axis = 0;       // across the plane
  std::int64_t slice = 0;
  int row_axis = 1, column_axis = 2;  // down and to the right
  bool flip_rows = false, flip_columns = false;
  std::int64_t width = 0, height = 0;  // pixels of its pictures, square in mm
};

// Planes that follow the direction of the image: patient's left at the right, front (axial) or head
// at the top, front of a sagittal plane at the left. Slices are those that hold most voxels of
// `labels` above 0 (the middle without any). `side`: pixels of the longest side of all planes. A
// 2-D image has one plane.
std::vector<Cut> central_cuts(const LabelImage& labels, std::int64_t side);

// For each pixel of a cut the voxels under it along one axis of the plane: at least one, several
// where the picture is coarser than the volume.
struct Footprint {
  std::int64_t from = 0, to = 0;  // half-open
};
std::vector<Footprint> footprints(std::int64_t voxels, std::int64_t pixels, bool flip);

}  // namespace voxarena
