#include "evaluation/shapes/surface_cells.h"

#include <cmath>
#include <string_view>

#include "evaluation/shapes/distance_transform.h"

namespace voxarena {
namespace {

// Triangles of codes 0 to 127; code 255 - c has those of c. A letter is a triangle by the absolute
// components of its normal, whose length is the area, in eighths: a (1, 1, 1), b (2, 2, 2),
// c (3, 3, 3), z (4, 0, 0), y (0, 4, 0), x (0, 0, 4), p (0, 2, 2), q (2, 0, 2), r (2, 2, 0).
constexpr std::array<std::string_view, 128> kTriangles = {
    "",     "a",   "a",    "rr",   "a",   "qq",   "aa",   "abz",  "a",    "aa",   "qq",   "abz",
    "rr",   "abz", "abz",  "zz",   "a",   "pp",   "aa",   "aby",  "aa",   "abx",  "aaa",  "aabb",
    "aa",   "app", "aqq",  "acpq", "arr", "acpr", "aabz", "abz",  "a",    "aa",   "pp",   "aby",
    "aa",   "aqq", "app",  "acpq", "aa",  "aaa",  "abx",  "aabb", "arr",  "aabz", "acpr", "abz",
    "rr",   "aby", "aby",  "yy",   "arr", "acqr", "aaby", "aby",  "arr",  "aaby", "acqr", "aby",
    "rrrr", "arr", "arr",  "rr",   "a",   "aa",   "aa",   "arr",  "pp",   "abx",  "app",  "acpr",
    "aa",   "aaa", "aqq",  "aabz", "aby", "aabb", "acpq", "abz",  "qq",   "abx",  "aqq",  "acqr",
    "abx",  "xx",  "aabx", "abx",  "aqq", "aabx", "qqqq", "aqq",  "acqr", "abx",  "aqq",  "qq",
    "aa",   "aaa", "app",  "aaby", "app", "aabx", "pppp", "app",  "aaa",  "aaaa", "aabx", "aaa",
    "aaby", "aaa", "app",  "aa",   "abz", "aabb", "acpq", "aby",  "acpr", "abx",  "app",  "pp",
    "aabz", "aaa", "aqq",  "aa",   "arr", "aa",   "aa",   "a",
};

std::array<double, 3> normal(char triangle) {
  switch (triangle) {
    case 'a': return {1, 1, 1};
    case 'b': return {2, 2, 2};
    case 'c': return {3, 3, 3};
    case 'z': return {4, 0, 0};
    case 'y': return {0, 4, 0};
    case 'x': return {0, 0, 4};
    case 'p': return {0, 2, 2};
    case 'q': return {2, 0, 2};
    default: return {2, 2, 0};
  }
}

// Distances from the cells of `sources` to those of `sites`, and the areas of the former.
void add_distances(const SurfaceCells& sources, const SurfaceCells& sites, const Spacing& spacing,
                   std::vector<double>& distances, std::vector<double>& areas) {
  DistanceTransform transform(sites.sites, sites.size, spacing);
  const std::array<double, 256> area_of = cell_areas(spacing);
  std::size_t i = 0;
  for (std::int64_t z = 0; z < sources.size[0]; ++z) {
    for (std::int64_t y = 0; y < sources.size[1]; ++y) {
      for (std::int64_t x = 0; x < sources.size[2]; ++x, ++i) {
        if (sources.sites[i] == 0) continue;
        distances.push_back(sites.sites[i] != 0 ? 0 : transform.nearest(z, y, x).distance);
        areas.push_back(area_of[sources.codes[i]]);
      }
    }
  }
}

}  // namespace

SurfaceCells surface_cells(const std::vector<std::uint8_t>& mask, const Extent& size, bool flat) {
  SurfaceCells cells;
  cells.size = {flat ? 1 : size[0] - 1, size[1] - 1, size[2] - 1};
  cells.codes.resize(static_cast<std::size_t>(voxels(cells.size)));
  cells.sites.resize(cells.codes.size());
  const std::int64_t row = size[2], slice = flat ? 0 : size[1] * size[2];
  std::vector<std::uint8_t> halves(static_cast<std::size_t>(row));
  std::size_t i = 0;
  for (std::int64_t z = 0; z < cells.size[0]; ++z) {
    for (std::int64_t y = 0; y < cells.size[1]; ++y) {
      const std::uint8_t* m = mask.data() + z * slice + y * row;
      // Half of a code: the four voxels at x.
      for (std::int64_t x = 0; x < row; ++x) {
        halves[static_cast<std::size_t>(x)] = static_cast<std::uint8_t>(
            64 * m[x] + 16 * m[x + row] + 4 * m[x + slice] + m[x + slice + row]);
      }
      std::uint8_t* codes = cells.codes.data() + i;
      std::uint8_t* sites = cells.sites.data() + i;
      const std::uint8_t* half = halves.data();
      for (std::int64_t x = 0; x < cells.size[2]; ++x) {
        const auto code = static_cast<std::uint8_t>(2 * half[x] + half[x + 1]);
        codes[x] = code;
        sites[x] = static_cast<std::uint8_t>(code != 0 && code != 255);
      }
      i += static_cast<std::size_t>(cells.size[2]);
    }
  }
  return cells;
}

std::array<double, 256> cell_areas(const Spacing& spacing) {
  std::array<double, 256> areas{};
  const Spacing face = {spacing[1] * spacing[2], spacing[0] * spacing[2], spacing[0] * spacing[1]};
  for (std::size_t code = 0; code < kTriangles.size(); ++code) {
    double area = 0;
    for (const char triangle : kTriangles[code]) {
      double squared = 0;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const double component = normal(triangle)[axis] / 8 * face[axis];
        squared += component * component;
      }
      area += std::sqrt(squared);
    }
    areas[code] = areas[255 - code] = area;
  }
  return areas;
}

SurfaceDistances cell_surface_distances(const MaskPair& masks) {
  const SurfaceCells reference = surface_cells(masks.reference, masks.size, masks.flat);
  const SurfaceCells prediction = surface_cells(masks.prediction, masks.size, masks.flat);
  SurfaceDistances result;
  add_distances(reference, prediction, masks.spacing, result.from_reference, result.reference_area);
  add_distances(prediction, reference, masks.spacing, result.from_prediction,
                result.prediction_area);
  return result;
}

}  // namespace voxarena
