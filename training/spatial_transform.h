// Rotation and scaling of a patch (batchgeneratorsv2's SpatialTransform without elastic
// deformation).
//
// Patches of size `patch` are resampled from the loader patch of size `initial` around it. Only the
// window of the loader patch that the transformed patch touches is ever read.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "voxarena/data/volume.h"

namespace voxarena {

// Drawn parameters.
struct SpatialDraw {
  bool rotate = false;
  bool rescale = false;
  std::array<double, 3>
      angles{};      // radians about the array axes (z, y, x); planar transforms use the last
  double scale = 1;  // larger makes objects smaller

  bool is_identity() const { return !rotate && !rescale; }
};

// Planar transforms (2-D configurations and nnU-Net's "dummy 2-D") leave z alone.
struct SpatialFrame {
  Extent initial{};
  Extent patch{};
  bool planar = false;
};

// Row-major matrix that maps offsets from the centre of the patch to offsets from the centre of the
// loader patch.
using Matrix3 = std::array<double, 9>;
Matrix3 spatial_matrix(const SpatialDraw& draw, bool planar);

// The part of the loader patch that is needed, in its coordinates. May reach outside the loader
// patch.
Box needed_window(const SpatialDraw& draw, const SpatialFrame& frame);

// Voxels read for `window` (see above) → the patch. What lies outside the loader patch is image 0,
// label -1. Image: linear interpolation. Label, each channel: the value with the largest
// interpolated weight, the lowest on ties.
void transform_image(const SpatialDraw& draw, const SpatialFrame& frame, const Box& window,
                     Volume<float>& image);
void transform_labels(const SpatialDraw& draw, const SpatialFrame& frame, const Box& window,
                      Volume<std::int16_t>& labels);

}  // namespace voxarena
