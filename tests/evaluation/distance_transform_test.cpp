#include "evaluation/shapes/distance_transform.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/evaluation/golden_masks.h"

namespace voxarena {
namespace {

double brute_force(const std::vector<std::uint8_t>& sites, const Extent& size,
                   const Spacing& spacing, const Extent& at) {
  double best = std::numeric_limits<double>::infinity();
  std::size_t i = 0;
  for (std::int64_t z = 0; z < size[0]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      for (std::int64_t x = 0; x < size[2]; ++x, ++i) {
        if (sites[i] == 0) continue;
        const double dz = static_cast<double>(z - at[0]) * spacing[0];
        const double dy = static_cast<double>(y - at[1]) * spacing[1];
        const double dx = static_cast<double>(x - at[2]) * spacing[2];
        best = std::min(best, dz * dz + dy * dy + dx * dx);
      }
    }
  }
  return std::sqrt(best);
}

TEST(DistanceTransform, IsExactForAnySpacing) {
  for (std::int64_t round = 0; round < 20; ++round) {
    const Extent size = {1 + test::draw(round, 1, 6), 2 + test::draw(round, 2, 9),
                         2 + test::draw(round, 3, 9)};
    const Spacing spacing = {0.5 + static_cast<double>(test::draw(round, 4, 10)), 1.0,
                             0.3 + static_cast<double>(test::draw(round, 5, 4))};
    std::vector<std::uint8_t> sites(static_cast<std::size_t>(voxels(size)), 0);
    for (std::size_t i = 0; i < sites.size(); ++i)
      sites[i] = test::draw(round, 100 + static_cast<std::int64_t>(i), 12) == 0 ? 1 : 0;
    sites[0] = 1;
    DistanceTransform transform(sites, size, spacing);
    for (std::int64_t z = 0; z < size[0]; ++z) {
      for (std::int64_t y = 0; y < size[1]; ++y) {
        for (std::int64_t x = 0; x < size[2]; ++x) {
          EXPECT_NEAR(transform.nearest(z, y, x).distance,
                      brute_force(sites, size, spacing, {z, y, x}), 1e-12)
              << "round " << round << " at " << z << ' ' << y << ' ' << x;
        }
      }
    }
  }
}

TEST(DistanceTransform, WithoutSitesEverythingIsInfinitelyFar) {
  DistanceTransform transform(std::vector<std::uint8_t>(24, 0), {2, 3, 4}, {1, 1, 1});
  EXPECT_EQ(transform.nearest(1, 1, 1).index, -1);
  EXPECT_TRUE(std::isinf(transform.nearest(1, 1, 1).distance));
}

}  // namespace
}  // namespace voxarena
