#include "evaluation/shapes/distance_transform.h"

#include <cmath>
#include <limits>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr std::int16_t kNone = -1;

// nearest[x]: place of the site next to x, kNone in a row without sites. False for such a row.
bool scan_row(const std::uint8_t* sites, std::int64_t length, std::int16_t* nearest) {
  std::int64_t before = -1;
  for (std::int64_t x = 0; x < length; ++x) {
    if (sites[x] == 0) continue;
    // Half of the gap belongs to each side.
    const std::int64_t from = before < 0 ? 0 : (before + x) / 2 + 1;
    for (std::int64_t i = from; i < x; ++i) nearest[i] = static_cast<std::int16_t>(x);
    if (before >= 0) {
      for (std::int64_t i = before; i < from; ++i) nearest[i] = static_cast<std::int16_t>(before);
    }
    nearest[x] = static_cast<std::int16_t>(x);
    before = x;
  }
  if (before < 0) return false;
  for (std::int64_t i = before; i < length; ++i) nearest[i] = static_cast<std::int16_t>(before);
  return true;
}

}  // namespace

DistanceTransform::DistanceTransform(const std::vector<std::uint8_t>& sites, const Extent& size,
                                     const Spacing& spacing)
    : size_(size), spacing_(spacing) {
  for (const std::int64_t length : size) {
    if (length > std::numeric_limits<std::int16_t>::max()) {
      throw Error::internal("distance transform: an axis is longer than 32767 voxels");
    }
  }
  nearest_x_.assign(sites.size(), kNone);
  nearest_y_.assign(sites.size(), kNone);
  scan_rows(sites);
  for (std::int64_t z = 0; z < size_[0]; ++z) scan_slice(z);
}

void DistanceTransform::scan_rows(const std::vector<std::uint8_t>& sites) {
  for (std::int64_t row = 0; row < size_[0] * size_[1]; ++row) {
    scan_row(sites.data() + row * size_[2], size_[2], nearest_x_.data() + row * size_[2]);
  }
}

void DistanceTransform::scan_slice(std::int64_t z) {
  const std::int64_t rows = size_[1], columns = size_[2];
  const std::int16_t* nearest_x = nearest_x_.data() + z * rows * columns;
  std::int16_t* nearest_y = nearest_y_.data() + z * rows * columns;
  std::vector<std::int16_t> filled;  // rows that hold a site
  for (std::int64_t y = 0; y < rows; ++y) {
    if (nearest_x[y * columns] != kNone) filled.push_back(static_cast<std::int16_t>(y));
  }
  if (filled.empty()) return;
  // In units of rows: the parabola of row v is f(v) + (y - v)².
  const double scale = spacing_[2] / spacing_[1];
  std::vector<double> half_inverse(static_cast<std::size_t>(rows), 0);
  for (std::size_t i = 1; i < half_inverse.size(); ++i)
    half_inverse[i] = 0.5 / static_cast<double>(i);
  std::vector<std::int16_t> hull(filled.size());
  std::vector<double> height(filled.size()), start(filled.size());
  for (std::int64_t x = 0; x < columns; ++x) {
    std::size_t count = 0;
    for (const std::int16_t row : filled) {
      const double dx = static_cast<double>(x - nearest_x[row * columns + x]) * scale;
      const double f = dx * dx;
      double from = -std::numeric_limits<double>::infinity();
      while (count > 0) {
        const int v = hull[count - 1];
        from = (f - height[count - 1] + static_cast<double>((row - v) * (row + v))) *
               half_inverse[static_cast<std::size_t>(row - v)];
        if (from > start[count - 1]) break;
        from = -std::numeric_limits<double>::infinity();
        --count;
      }
      hull[count] = row;
      height[count] = f;
      start[count++] = from;
    }
    std::size_t current = 0;
    for (std::int64_t y = 0; y < rows; ++y) {
      while (current + 1 < count && start[current + 1] < static_cast<double>(y)) ++current;
      nearest_y[y * columns + x] = hull[current];
    }
  }
}

DistanceTransform::Nearest DistanceTransform::nearest(std::int64_t z, std::int64_t y,
                                                      std::int64_t x) const {
  const std::int64_t slice = size_[1] * size_[2];
  double best = std::numeric_limits<double>::infinity();
  std::int64_t index = -1;
  const auto visit = [&](std::int64_t other_z, double dz) {
    const std::int64_t from = other_z * slice;
    const std::int16_t site_y = nearest_y_[static_cast<std::size_t>(from + y * size_[2] + x)];
    if (site_y == kNone) return;
    const std::int64_t row = from + site_y * size_[2];
    const std::int16_t site_x = nearest_x_[static_cast<std::size_t>(row + x)];
    const double dy = static_cast<double>(y - site_y) * spacing_[1];
    const double dx = static_cast<double>(x - site_x) * spacing_[2];
    const double squared = dz * dz + dy * dy + dx * dx;
    if (squared < best) {
      best = squared;
      index = row + site_x;
    }
  };
  visit(z, 0);
  for (std::int64_t step = 1; step < size_[0]; ++step) {
    const double dz = static_cast<double>(step) * spacing_[0];
    if (dz * dz >= best || (z < step && z + step >= size_[0])) break;
    if (z >= step) visit(z - step, dz);
    if (z + step < size_[0]) visit(z + step, dz);
  }
  return {index, std::sqrt(best)};
}

}  // namespace voxarena
