// Exact Euclidean distance to the nearest of a set of voxels, with the spacing in mm.
#pragma once

#include <cstdint>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

// Separable: the nearest site of each row is found once; rows and slices are searched outwards from
// where a distance is asked for, as far as nearer sites may lie. A slice in which that goes far is
// scanned as a whole (lower envelope of parabolas, Felzenszwalb & Huttenlocher 2012).
class DistanceTransform {
 public:
  // Sites are the non-zero voxels. Error (internal) if an axis is longer than 32767.
  DistanceTransform(const std::vector<std::uint8_t>& sites, const Extent& size,
                    const Spacing& spacing);

  struct Nearest {
    std::int64_t index = -1;  // of the site, in (z, y, x) order; -1: there is no site
    double distance = 0;      // mm; infinite without a site
  };
  // Fastest where the voxel asked for before is near.
  Nearest nearest(std::int64_t z, std::int64_t y, std::int64_t x);

 private:
  struct Search;
  void search_row(std::int64_t z, std::int64_t y, Search& search) const;
  void search_slice(std::int64_t z, Search& search);
  void scan_rows(const std::vector<std::uint8_t>& sites);
  void scan_slice(std::int64_t z);

  Extent size_;
  Spacing spacing_;
  std::vector<std::int16_t> nearest_x_;  // in the same row, -1: none
  // Of slices that have been scanned: row of the nearest site in the same slice, -1: none.
  std::vector<std::vector<std::int16_t>> nearest_y_;
  Extent last_ = {-1, -1, -1};  // site that was found before
};

}  // namespace voxarena
