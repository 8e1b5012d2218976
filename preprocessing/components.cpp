#include "preprocessing/components.h"

#include <algorithm>
#include <numeric>

namespace voxarena {
namespace {

using Run = Components::Run;

std::int32_t root(std::vector<std::int32_t>& parent, std::int32_t node) {
  while (parent[static_cast<std::size_t>(node)] != node) {
    std::int32_t& up = parent[static_cast<std::size_t>(node)];
    up = parent[static_cast<std::size_t>(up)];
    node = up;
  }
  return node;
}

// Runs of two neighbouring rows that touch, corners included, become one.
void unite_rows(const std::vector<Run>& runs, std::size_t a, std::size_t a_end, std::size_t b,
                std::size_t b_end, std::vector<std::int32_t>& parent) {
  while (a < a_end && b < b_end) {
    if (runs[a].first <= runs[b].last + 1 && runs[b].first <= runs[a].last + 1) {
      const std::int32_t ra = root(parent, static_cast<std::int32_t>(a));
      const std::int32_t rb = root(parent, static_cast<std::int32_t>(b));
      parent[static_cast<std::size_t>(std::max(ra, rb))] = std::min(ra, rb);
    }
    if (runs[a].last < runs[b].last) {
      ++a;
    } else {
      ++b;
    }
  }
}

}  // namespace

Components connected_components(const std::vector<std::uint8_t>& mask, const Extent& size) {
  Components result;
  const std::int64_t rows = size[0] * size[1];
  result.row_start.reserve(static_cast<std::size_t>(rows) + 1);
  for (std::int64_t row = 0; row < rows; ++row) {
    result.row_start.push_back(result.runs.size());
    const std::uint8_t* m = mask.data() + row * size[2];
    for (std::int64_t x = 0; x < size[2]; ++x) {
      if (m[x] == 0) continue;
      const std::int64_t first = x;
      while (x + 1 < size[2] && m[x + 1] != 0) ++x;
      result.runs.push_back({static_cast<std::int32_t>(first), static_cast<std::int32_t>(x), 0});
    }
  }
  result.row_start.push_back(result.runs.size());
  std::vector<std::int32_t> parent(result.runs.size());
  std::iota(parent.begin(), parent.end(), 0);
  const auto unite = [&](std::int64_t a, std::int64_t b) {
    const auto i = static_cast<std::size_t>(a), j = static_cast<std::size_t>(b);
    unite_rows(result.runs, result.row_start[i], result.row_start[i + 1], result.row_start[j],
               result.row_start[j + 1], parent);
  };
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t z = row / size[1], y = row % size[1];
    if (y > 0) unite(row, row - 1);
    if (z == 0) continue;
    for (std::int64_t other = std::max<std::int64_t>(y - 1, 0);
         other <= std::min(y + 1, size[1] - 1); ++other) {
      unite(row, (z - 1) * size[1] + other);
    }
  }
  std::vector<std::int32_t> number(parent.size(), -1);
  for (std::size_t i = 0; i < parent.size(); ++i) {
    const auto r = static_cast<std::size_t>(root(parent, static_cast<std::int32_t>(i)));
    if (number[r] < 0) {
      number[r] = static_cast<std::int32_t>(result.sizes.size());
      result.sizes.push_back(0);
    }
    Run& run = result.runs[i];
    run.component = number[r];
    result.sizes[static_cast<std::size_t>(run.component)] += run.last - run.first + 1;
  }
  return result;
}

}  // namespace voxarena
