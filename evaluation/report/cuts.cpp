#include "evaluation/report/cuts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace voxarena {
namespace {

// Which array axis runs along left (0), posterior (1) and superior (2), and whether backwards.
struct Anatomy {
  std::array<int, 3> axis{2, 1, 0};
  std::array<bool, 3> backwards{};
};

Anatomy anatomy_of(const Geometry& geometry) {
  // Columns of `direction` are the array's x, y, z; the assignment with the largest cosines wins.
  const auto cosine = [&](int world, int column) {
    return geometry.direction[static_cast<std::size_t>(3 * world + column)];
  };
  std::array<int, 3> columns{0, 1, 2}, best = columns;
  double best_sum = -1;
  do {
    double sum = 0;
    for (int w = 0; w < 3; ++w) sum += std::abs(cosine(w, columns[static_cast<std::size_t>(w)]));
    if (sum > best_sum + 1e-9) {
      best_sum = sum;
      best = columns;
    }
  } while (std::next_permutation(columns.begin(), columns.end()));
  Anatomy anatomy;
  for (std::size_t w = 0; w < 3; ++w) {
    anatomy.axis[w] = 2 - best[w];
    anatomy.backwards[w] = cosine(static_cast<int>(w), best[w]) < 0;
  }
  return anatomy;
}

// Along each axis the slice with most labelled voxels; the middle one if there is none.
std::array<std::int64_t, 3> fullest_slices(const LabelImage& labels) {
  const Extent& size = labels.voxels.size;
  std::array<std::vector<std::int64_t>, 3> counts;
  for (std::size_t a = 0; a < 3; ++a) counts[a].assign(static_cast<std::size_t>(size[a]), 0);
  std::size_t i = 0;
  for (std::size_t z = 0; z < counts[0].size(); ++z) {
    for (std::size_t y = 0; y < counts[1].size(); ++y) {
      for (std::size_t x = 0; x < counts[2].size(); ++x, ++i) {
        if (labels.voxels.values[i] <= 0) continue;
        ++counts[0][z];
        ++counts[1][y];
        ++counts[2][x];
      }
    }
  }
  std::array<std::int64_t, 3> slices{};
  for (std::size_t a = 0; a < 3; ++a) {
    const auto most = std::max_element(counts[a].begin(), counts[a].end());
    slices[a] = *most > 0 ? most - counts[a].begin() : size[a] / 2;
  }
  return slices;
}

}  // namespace

std::vector<Cut> central_cuts(const LabelImage& labels, std::int64_t side) {
  const Geometry& geometry = labels.geometry;
  const std::array<std::int64_t, 3> slices = fullest_slices(labels);
  std::vector<Cut> cuts;
  if (geometry.file_dimension == 2) {
    cuts.push_back({.plane = "slice", .axis = 0, .slice = 0});
  } else {
    const Anatomy anatomy = anatomy_of(geometry);
    const auto cut = [&](const char* plane, std::size_t across, std::size_t down,
                         std::size_t right) {
      // Down is posterior, or inferior: against the superior axis.
      cuts.push_back({.plane = plane,
                      .axis = anatomy.axis[across],
                      .slice = slices[static_cast<std::size_t>(anatomy.axis[across])],
                      .row_axis = anatomy.axis[down],
                      .column_axis = anatomy.axis[right],
                      .flip_rows = anatomy.backwards[down] != (down == 2),
                      .flip_columns = anatomy.backwards[right]});
    };
    cut("axial", 2, 1, 0);
    cut("coronal", 1, 2, 0);
    cut("sagittal", 0, 2, 1);
  }
  const auto millimetres = [&](int axis) {
    const auto a = static_cast<std::size_t>(axis);
    return static_cast<double>(labels.voxels.size[a]) * geometry.spacing[a];
  };
  double longest = 0;
  for (const Cut& cut : cuts)
    longest = std::max({longest, millimetres(cut.row_axis), millimetres(cut.column_axis)});
  for (Cut& cut : cuts) {
    const auto pixels = [&](int axis) {
      return std::max<std::int64_t>(
          1, std::llround(millimetres(axis) / longest * static_cast<double>(side)));
    };
    cut.width = pixels(cut.column_axis);
    cut.height = pixels(cut.row_axis);
  }
  return cuts;
}

std::vector<Footprint> footprints(std::int64_t voxels, std::int64_t pixels, bool flip) {
  std::vector<Footprint> result;
  for (std::int64_t p = 0; p < pixels; ++p) {
    const std::int64_t place = flip ? pixels - 1 - p : p;
    const std::int64_t from = place * voxels / pixels;
    result.push_back({from, std::max(from + 1, (place + 1) * voxels / pixels)});
  }
  return result;
}

}  // namespace voxarena
