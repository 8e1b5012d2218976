#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evaluation/shapes/cell_polygons.h"
#include "evaluation/shapes/component_overlap.h"
#include "evaluation/shapes/mask_pair.h"
#include "evaluation/shapes/mask_smoothing.h"
#include "evaluation/shapes/skeleton.h"
#include "evaluation/shapes/surface_cells.h"
#include "preprocessing/components.h"

namespace voxarena {
namespace {

using Mask = std::vector<std::uint8_t>;

// A box of ones inside a volume of zeros.
Mask box_mask(const Extent& size, const Box& box) {
  Mask mask(static_cast<std::size_t>(voxels(size)), 0);
  for (std::int64_t z = box.lo[0]; z < box.hi[0]; ++z) {
    for (std::int64_t y = box.lo[1]; y < box.hi[1]; ++y) {
      for (std::int64_t x = box.lo[2]; x < box.hi[2]; ++x)
        mask[static_cast<std::size_t>((z * size[1] + y) * size[2] + x)] = 1;
    }
  }
  return mask;
}

TEST(CellPolygons, EveryCrossedEdgeIsTheCornerOfOnePolygon) {
  for (unsigned code = 0; code < 256; ++code) {
    int crossed = 0, corners = 0;
    for (unsigned a = 0; a < 8; ++a) {
      for (const unsigned bit : {1U, 2U, 4U}) {
        const unsigned b = a ^ bit;
        crossed += a < b && ((code >> (7 - a)) & 1U) != ((code >> (7 - b)) & 1U) ? 1 : 0;
      }
    }
    for (const CellPolygon& polygon : cell_polygons()[code]) {
      EXPECT_GE(polygon.size(), 3U) << "code " << code;
      corners += static_cast<int>(polygon.size());
    }
    EXPECT_EQ(corners, crossed) << "code " << code;
  }
}

TEST(SurfaceCells, AreaOfABoxIsThatOfItsChamferedSurface) {
  const Extent size = {12, 12, 12};
  const SurfaceCells cells = surface_cells(box_mask(size, {{2, 2, 2}, {10, 10, 10}}), size, false);
  const std::array<double, 256> areas = cell_areas({1, 1, 1});
  double area = 0;
  for (const std::uint8_t code : cells.codes) area += areas[code];
  // 6 faces of 7 x 7, 12 edges of 7 x sqrt(1/2), 8 corners of sqrt(3)/8.
  EXPECT_NEAR(area, 6 * 49 + 12 * 7 * std::sqrt(0.5) + 8 * std::sqrt(3.0) / 8, 1e-9);
}

TEST(MaskSmoothing, KeepsPlanesAndFarVoxels) {
  const Extent size = {30, 30, 30};
  const std::vector<float> smooth =
      smooth_mask(box_mask(size, {{0, 0, 0}, {30, 30, 15}}), size, {2, 2, 2});
  const auto at = [&](std::int64_t x) {
    return smooth[static_cast<std::size_t>((15 * 30 + 15) * 30 + x)];
  };
  EXPECT_NEAR(at(14) + at(15), 1, 1e-5) << "the plane lies half way between voxels";
  EXPECT_GT(at(14), 0.6F);
  EXPECT_NEAR(at(7), 1, 1e-5);
  EXPECT_NEAR(at(25), 0, 1e-5);
}

TEST(MaskSmoothing, IsWiderWhereOtherVoxelsAreLonger) {
  EXPECT_EQ(smoothing_widths({1, 1, 1}, false), (Extent{4, 4, 4}));
  EXPECT_EQ(smoothing_widths({5, 0.8, 0.8}, false), (Extent{4, 8, 8}));
  EXPECT_EQ(smoothing_widths({999, 1, 1.2}, true), (Extent{0, 6, 4}));
}

TEST(MaskSmoothing, RowsAreConvolvedAsLayersAre) {
  const Extent size = {9, 9, 9};
  const Mask mask = box_mask(size, {{2, 4, 1}, {9, 6, 3}});
  const std::vector<float> smooth = smooth_mask(mask, size, {4, 4, 4});
  Mask turned(mask.size());  // z and x exchanged
  const auto index = [](std::int64_t z, std::int64_t y, std::int64_t x) {
    return static_cast<std::size_t>((z * 9 + y) * 9 + x);
  };
  for (std::int64_t z = 0; z < 9; ++z) {
    for (std::int64_t y = 0; y < 9; ++y) {
      for (std::int64_t x = 0; x < 9; ++x) turned[index(x, y, z)] = mask[index(z, y, x)];
    }
  }
  const std::vector<float> other = smooth_mask(turned, size, {4, 4, 4});
  for (std::int64_t z = 2; z < 9; ++z) {  // the voxels beside the surface in a slice of the box
    for (std::int64_t x = 0; x < 4; ++x)
      EXPECT_NEAR(smooth[index(z, 5, x)], other[index(x, 5, z)], 1e-5) << z << " " << x;
  }
}

TEST(Components, TouchWithCorners) {
  // Two voxels that share a corner, and one apart.
  Mask mask(3 * 4 * 6, 0);
  mask[0] = mask[(1 * 4 + 1) * 6 + 1] = 1;
  mask[(2 * 4 + 3) * 6 + 5] = 1;
  const Components components = connected_components(mask, {3, 4, 6});
  EXPECT_EQ(components.sizes, (std::vector<std::int64_t>{2, 1}));
}

TEST(Components, AUShapeIsOnePiece) {
  // Two arms that meet only in the last row.
  const Mask mask = {1, 0, 1, 1, 0, 1, 1, 1, 1};
  EXPECT_EQ(connected_components(mask, {1, 3, 3}).sizes, (std::vector<std::int64_t>{7}));
}

TEST(Skeleton, OfABarIsALine) {
  const Extent size = {7, 7, 20};
  const Mask line = skeleton(box_mask(size, {{2, 2, 2}, {5, 5, 18}}), size, false);
  const int voxels = std::accumulate(line.begin(), line.end(), 0);
  EXPECT_GE(voxels, 10);
  EXPECT_LE(voxels, 16);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == 0) continue;
    EXPECT_EQ(i / (7 * 20), 3U);
    EXPECT_EQ(i / 20 % 7, 3U);
  }
}

TEST(MaskPair, IgnoredVoxelsBelongToNeitherMask) {
  LabelImage reference, prediction;
  reference.voxels = prediction.voxels = Volume<std::int16_t>(1, {1, 1, 4});
  reference.voxels.values = {1, 9, 1, 0};
  prediction.voxels.values = {1, 1, 2, 2};
  const MaskPair masks = cut_masks(reference, prediction, {{0, 0, 0}, {1, 1, 3}}, {1}, 9);
  EXPECT_EQ(masks.size, (Extent{1, 3, 5})) << "no margin across a single slice";
  EXPECT_EQ(std::count(masks.reference.begin(), masks.reference.end(), 1), 2);
  EXPECT_EQ(std::count(masks.prediction.begin(), masks.prediction.end(), 1), 1);
}

}  // namespace
}  // namespace voxarena
