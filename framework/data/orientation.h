// Turning voxels so that their axes point where another orientation wants them.
#pragma once

#include <cstdint>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

inline constexpr Orientation kRas = {'R', 'A', 'S'};

using Affine = std::array<double, 16>;  // see Geometry::original_affine

// The nearest orientation of a direction, as ITK's DICOMOrient and as nibabel's io_orientation find
// it: they differ where an axis lies between two.
Orientation itk_orientation(const std::array<double, 9>& direction);
Orientation nibabel_orientation(const std::array<double, 9>& direction);

// Permutes and flips the axes of `values` (channel, z, y, x), which point along `from`, until they
// point along `to`; `size` and `geometry` follow.
void reorient(std::vector<float>& values, Extent& size, Geometry& geometry, const Orientation& from,
              const Orientation& to);
void reorient(std::vector<std::int16_t>& values, Extent& size, Geometry& geometry,
              const Orientation& from, const Orientation& to);

// Where an affine of nibabel puts voxels, in ITK's terms: spacing, origin and direction of
// `geometry`. Every axis must have an extent.
void place_by_affine(const Affine& affine, Geometry& geometry);
Affine affine_of(const Geometry& geometry);

}  // namespace voxarena
