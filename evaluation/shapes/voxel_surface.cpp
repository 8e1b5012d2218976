#include "evaluation/shapes/voxel_surface.h"

#include "evaluation/shapes/distance_transform.h"

namespace voxarena {
namespace {

std::vector<double> distances_to(const std::vector<std::uint8_t>& sources,
                                 const std::vector<std::uint8_t>& sites, const MaskPair& masks) {
  DistanceTransform transform(sites, masks.size, masks.spacing);
  std::vector<double> distances;
  std::size_t i = 0;
  for (std::int64_t z = 0; z < masks.size[0]; ++z) {
    for (std::int64_t y = 0; y < masks.size[1]; ++y) {
      for (std::int64_t x = 0; x < masks.size[2]; ++x, ++i) {
        if (sources[i] == 0) continue;
        distances.push_back(sites[i] != 0 ? 0 : transform.nearest(z, y, x).distance);
      }
    }
  }
  return distances;
}

}  // namespace

std::vector<std::uint8_t> border_voxels(const std::vector<std::uint8_t>& mask, const Extent& size,
                                        bool flat) {
  std::vector<std::uint8_t> border(mask.size(), 0);
  const std::int64_t row = size[2], slice = size[1] * size[2];
  const std::int64_t margin = flat ? 0 : 1;
  for (std::int64_t z = margin; z < size[0] - margin; ++z) {
    for (std::int64_t y = 1; y + 1 < size[1]; ++y) {
      const std::int64_t from = z * slice + y * row;
      const std::uint8_t* m = mask.data() + from;
      const std::uint8_t* above = flat ? m : m - slice;
      const std::uint8_t* below = flat ? m : m + slice;
      std::uint8_t* out = border.data() + from;
      for (std::int64_t x = 1; x + 1 < row; ++x) {
        const int inside = m[x - 1] & m[x + 1] & m[x - row] & m[x + row] & above[x] & below[x];
        out[x] = static_cast<std::uint8_t>(m[x] & ~inside);
      }
    }
  }
  return border;
}

SurfaceDistances voxel_surface_distances(const MaskPair& masks) {
  const std::vector<std::uint8_t> reference =
      border_voxels(masks.reference, masks.size, masks.flat);
  const std::vector<std::uint8_t> prediction =
      border_voxels(masks.prediction, masks.size, masks.flat);
  SurfaceDistances result;
  result.from_reference = distances_to(reference, prediction, masks);
  result.from_prediction = distances_to(prediction, reference, masks);
  return result;
}

}  // namespace voxarena
