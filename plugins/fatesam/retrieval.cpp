#include "plugins/fatesam/retrieval.h"

#include <ATen/ops/cdist.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace voxarena::fatesam {
namespace {

constexpr std::int64_t kBlock = 8;        // images compared at once
constexpr std::int64_t kChunk = 1 << 14;  // values of each that fit into a cache

struct Rows {
  std::array<at::Tensor, 3> levels;  // fine, middle, coarse: a row an image
  std::array<double, 3> pixels;      // of each level
};

// Of images first ... first + count - 1.
Rows rows(const Pick& pick, std::int64_t first, std::int64_t count) {
  std::array<std::vector<at::Tensor>, 3> levels;
  Rows out;
  for (std::int64_t i = first; i < first + count; ++i) {
    const sam2::Features features = pick(i);
    const std::array<at::Tensor, 3> maps{features.fine, features.middle, features.coarse};
    for (std::size_t level = 0; level < maps.size(); ++level) {
      levels[level].push_back(maps[level].flatten());
      out.pixels[level] = static_cast<double>(maps[level].size(2) * maps[level].size(3));
    }
  }
  for (std::size_t level = 0; level < levels.size(); ++level)
    out.levels[level] = at::stack(levels[level]);
  return out;
}

// Sums of absolute differences (n, m) of rows (n, d) and (m, d).
at::Tensor l1(const at::Tensor& a, const at::Tensor& b) {
  at::Tensor sum = at::zeros({a.size(0), b.size(0)}, a.options().dtype(at::kDouble));
  for (std::int64_t i = 0; i < a.size(1); i += kChunk) {
    const std::int64_t end = std::min(i + kChunk, a.size(1));
    sum += at::cdist(a.slice(1, i, end).contiguous(), b.slice(1, i, end).contiguous(), 1.0);
  }
  return sum;
}

at::Tensor cosine_distance(const at::Tensor& a, const at::Tensor& b) {
  const auto unit = [](const at::Tensor& x) {
    const at::Tensor wide = x.to(at::kDouble);
    return wide / wide.norm(2, {1}, true).clamp_min(1e-12);
  };
  return 1 - at::matmul(unit(a), unit(b).t());
}

}  // namespace

at::Tensor distances(std::int64_t queries, const Pick& query, std::int64_t supports,
                     const Pick& support, Similarity similarity) {
  at::Tensor out = at::zeros({queries, supports}, at::kDouble);
  for (std::int64_t s = 0; s < supports; s += kBlock) {
    const std::int64_t many = std::min(kBlock, supports - s);
    const Rows columns = rows(support, s, many);
    for (std::int64_t q = 0; q < queries; q += kBlock) {
      const std::int64_t few = std::min(kBlock, queries - q);
      const Rows lines = rows(query, q, few);
      at::Tensor block = out.narrow(0, q, few).narrow(1, s, many);
      if (similarity == Similarity::cosine) {
        block.copy_(cosine_distance(lines.levels[2], columns.levels[2]));
        continue;
      }
      for (std::size_t level = 0; level < lines.levels.size(); ++level) {
        const at::Tensor sum = l1(lines.levels[level], columns.levels[level]);
        block += sum.to(at::kCPU) / (3 * lines.pixels[level]);
      }
    }
  }
  return out;
}

std::vector<std::vector<std::int64_t>> nearest(const at::Tensor& distances, std::int64_t count) {
  std::vector<std::vector<std::int64_t>> out;
  for (std::int64_t q = 0; q < distances.size(0); ++q) {
    const at::Tensor row = distances[q].contiguous();
    const double* values = row.const_data_ptr<double>();
    std::vector<std::int64_t> order(static_cast<std::size_t>(row.numel()));
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](std::int64_t i) { return values[i]; });
    order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
    out.push_back(std::move(order));
  }
  return out;
}

}  // namespace voxarena::fatesam
