// resample_seg: every label's indicator is interpolated linearly and the largest wins, without ever
// storing an indicator. Where labels draw level, the nearest voxel's label wins if it is one of
// them, else the smallest (batchgenerators' resize_segmentation with seg_tiebreak='nearest').
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "preprocessing/resampling.h"
#include "preprocessing/spline.h"
#include "voxarena/core/error.h"
#include "voxarena/core/parallel.h"

namespace voxarena {
namespace {

// Per output position along one axis: the two neighbours, their weights and the nearest voxel.
struct LinearAxis {
  struct Sample {
    std::array<std::int64_t, 2> neighbour;
    std::array<double, 2> weight;
    std::int64_t nearest;
  };
  std::vector<Sample> samples;

  LinearAxis(std::int64_t in, std::int64_t out) {
    for (std::int64_t i = 0; i < out; ++i) {
      const double u = std::clamp(sample_position(i, in, out), 0.0, static_cast<double>(in - 1));
      const double left = std::floor(u);
      const auto lower = static_cast<std::int64_t>(left);
      // The weights as scipy computes them, so that ties are ties here, too.
      const double below = 1 - (u - left);
      samples.push_back(
          {{lower, std::min(lower + 1, in - 1)}, {below, 1 - below}, nearest_sample(i, in, out)});
    }
  }
};

using Corners = std::array<std::int16_t, 8>;

// Sums of weights are formed in corner order, again for the sake of exact ties.
std::int16_t elect(const Corners& labels, const std::array<double, 8>& weights,
                   std::int16_t nearest) {
  double best = 0;
  double nearest_score = 0;
  std::int16_t winner = nearest;
  for (std::size_t i = 0; i < 8; ++i) {
    if (std::find(labels.begin(), labels.begin() + i, labels[i]) != labels.begin() + i) continue;
    double score = 0;
    for (std::size_t j = i; j < 8; ++j) {
      if (labels[j] == labels[i]) score += weights[j];
    }
    if (labels[i] == nearest) nearest_score = score;
    if (score > best || (score == best && labels[i] < winner)) {
      best = score;
      winner = labels[i];
    }
  }
  return nearest_score == best ? nearest : winner;
}

void resize_linear(const Volume<std::int16_t>& from, Volume<std::int16_t>& to, int threads) {
  const LinearAxis axis_z(from.size[0], to.size[0]);
  const LinearAxis axis_y(from.size[1], to.size[1]);
  const LinearAxis axis_x(from.size[2], to.size[2]);
  parallel_for(to.size[0], threads, [&](std::int64_t oz) {
    const auto& z = axis_z.samples[static_cast<std::size_t>(oz)];
    std::int16_t* out = &to.at(0, oz, 0, 0);
    for (const auto& y : axis_y.samples) {
      std::array<const std::int16_t*, 4> rows{};
      std::array<double, 4> row_weights{};
      for (std::size_t i = 0; i < 4; ++i) {
        rows[i] = &from.at(0, z.neighbour[i / 2], y.neighbour[i % 2], 0);
        row_weights[i] = z.weight[i / 2] * y.weight[i % 2];
      }
      const std::int16_t* nearest_row = &from.at(0, z.nearest, y.nearest, 0);
      for (const auto& x : axis_x.samples) {
        Corners labels;
        for (std::size_t i = 0; i < 8; ++i) labels[i] = rows[i / 2][x.neighbour[i % 2]];
        const bool uniform =
            std::all_of(labels.begin() + 1, labels.end(), [&](auto l) { return l == labels[0]; });
        if (uniform) {
          *out++ = labels[0];
          continue;
        }
        std::array<double, 8> weights{};
        for (std::size_t i = 0; i < 8; ++i) weights[i] = row_weights[i / 2] * x.weight[i % 2];
        *out++ = elect(labels, weights, nearest_row[x.nearest]);
      }
    }
  });
}

void resize_nearest(const Volume<std::int16_t>& from, Volume<std::int16_t>& to) {
  std::array<std::vector<std::int64_t>, 3> source;
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::int64_t i = 0; i < to.size[a]; ++i)
      source[a].push_back(nearest_sample(i, from.size[a], to.size[a]));
  }
  std::int16_t* out = to.values.data();
  for (const std::int64_t z : source[0]) {
    for (const std::int64_t y : source[1]) {
      const std::int16_t* row = &from.at(0, z, y, 0);
      for (const std::int64_t x : source[2]) *out++ = row[x];
    }
  }
}

void resize_labels(const Volume<std::int16_t>& from, Volume<std::int16_t>& to, int order,
                   int threads) {
  if (order == 0) return resize_nearest(from, to);
  if (order == 1) return resize_linear(from, to, threads);
  throw Error::input(
      fmt::format("interpolation order {} is not supported for segmentations", order),
      "use 0 or 1 in the plans");
}

}  // namespace

Volume<std::int16_t> resample_seg(const Volume<std::int16_t>& seg, const Extent& shape,
                                  const Spacing& current, const Spacing& target,
                                  const Resampling& how, int threads) {
  if (shape == seg.size || seg.empty()) return seg;
  Volume<std::int16_t> out(1, shape);
  const int axis = separate_axis(current, target, how.force_separate_z);
  if (axis < 0) {
    resize_labels(seg, out, how.order, threads);
    return out;
  }
  Extent planar = shape;
  planar[static_cast<std::size_t>(axis)] = seg.size[static_cast<std::size_t>(axis)];
  if (how.order_z != 0 && planar != shape) {
    throw Error::input(fmt::format("order_z {} is not supported for segmentations", how.order_z),
                       "use 0 in the plans");
  }
  Volume<std::int16_t> slices(1, planar);
  resize_labels(seg, slices, how.order, threads);
  if (planar == shape) return slices;
  resize_nearest(slices, out);
  return out;
}

}  // namespace voxarena
