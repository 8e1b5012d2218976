// Exact Euclidean distance to the nearest of a set of voxels, with the spacing in mm.
#pragma once

#include <cstdint>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

// Separable: nearest site of each row, then of each slice (lower envelope of parabolas,
// Felzenszwalb & Huttenlocher 2012); the third axis is searched outwards only where a distance is
// asked for, which is at the surface voxels of another mask.
class DistanceTransform {
 public:
  // Sites are the non-zero voxels. Error (internal) if an axis is longer than 32767.
  DistanceTransform(const std::vector<std::uint8_t>& sites, const Extent& size,
                    const Spacing& spacing);

  struct Nearest {
    std::int64_t index = -1;  // of the site, in (z, y, x) order; -1: there is no site
    double distance = 0;      // mm; infinite without a site
  };
  Nearest nearest(std::int64_t z, std::int64_t y, std::int64_t x) const;

 private:
  void scan_rows(const std::vector<std::uint8_t>& sites);
  void scan_slice(std::int64_t z);

  Extent size_;
  Spacing spacing_;
  std::vector<std::int16_t> nearest_x_;  // in the same row, -1: none
  std::vector<std::int16_t> nearest_y_;  // row of the nearest site in the same slice, -1: none
};

}  // namespace voxarena
