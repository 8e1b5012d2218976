#include "evaluation/shapes/distance_transform.h"

#include <cmath>
#include <limits>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr std::int16_t kNone = -1;
// Rows to either side that are looked at before a slice is scanned.
constexpr std::int64_t kNearRows = 8;

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
  nearest_y_.resize(static_cast<std::size_t>(size_[0]));
  scan_rows(sites);
}

void DistanceTransform::scan_rows(const std::vector<std::uint8_t>& sites) {
  for (std::int64_t row = 0; row < size_[0] * size_[1]; ++row) {
    scan_row(sites.data() + row * size_[2], size_[2], nearest_x_.data() + row * size_[2]);
  }
}

void DistanceTransform::scan_slice(std::int64_t z) {
  const std::int64_t rows = size_[1], columns = size_[2];
  const std::int16_t* nearest_x = nearest_x_.data() + z * rows * columns;
  std::vector<std::int16_t>& nearest_y = nearest_y_[static_cast<std::size_t>(z)];
  nearest_y.assign(static_cast<std::size_t>(rows * columns), kNone);
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
      nearest_y[static_cast<std::size_t>(y * columns + x)] = hull[current];
    }
  }
}

struct DistanceTransform::Search {
  Extent from;
  Extent site = {-1, -1, -1};
  double squared = std::numeric_limits<double>::infinity();  // distance to it
};

void DistanceTransform::search_row(std::int64_t z, std::int64_t y, Search& search) const {
  const std::int64_t x =
      nearest_x_[static_cast<std::size_t>((z * size_[1] + y) * size_[2] + search.from[2])];
  if (x == kNone) return;
  const double dz = static_cast<double>(search.from[0] - z) * spacing_[0];
  const double dy = static_cast<double>(search.from[1] - y) * spacing_[1];
  const double dx = static_cast<double>(search.from[2] - x) * spacing_[2];
  const double squared = dz * dz + dy * dy + dx * dx;
  if (squared >= search.squared) return;
  search.squared = squared;
  search.site = {z, y, x};
}

void DistanceTransform::search_slice(std::int64_t z, Search& search) {
  const std::int64_t y = search.from[1], rows = size_[1];
  const double dz = static_cast<double>(search.from[0] - z) * spacing_[0];
  search_row(z, y, search);
  for (std::int64_t step = 1; step < rows; ++step) {
    const double dy = static_cast<double>(step) * spacing_[1];
    if (dz * dz + dy * dy >= search.squared || (y < step && y + step >= rows)) return;
    if (step > kNearRows) break;
    if (y >= step) search_row(z, y - step, search);
    if (y + step < rows) search_row(z, y + step, search);
  }
  if (nearest_y_[static_cast<std::size_t>(z)].empty()) scan_slice(z);
  const std::int64_t nearest = nearest_y_[static_cast<std::size_t>(z)]
                                         [static_cast<std::size_t>(y * size_[2] + search.from[2])];
  if (nearest != kNone) search_row(z, nearest, search);
}

DistanceTransform::Nearest DistanceTransform::nearest(std::int64_t z, std::int64_t y,
                                                      std::int64_t x) {
  Search search{.from = {z, y, x}};
  if (last_[0] >= 0) search_row(last_[0], last_[1], search);
  search_slice(z, search);
  for (std::int64_t step = 1; step < size_[0]; ++step) {
    const double dz = static_cast<double>(step) * spacing_[0];
    if (dz * dz >= search.squared || (z < step && z + step >= size_[0])) break;
    if (z >= step) search_slice(z - step, search);
    if (z + step < size_[0]) search_slice(z + step, search);
  }
  last_ = search.site;
  if (last_[0] < 0) return {-1, search.squared};
  return {(last_[0] * size_[1] + last_[1]) * size_[2] + last_[2], std::sqrt(search.squared)};
}

}  // namespace voxarena
