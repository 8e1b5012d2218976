#include "inference/logit_slices.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "preprocessing/resampling.h"
#include "preprocessing/transposition.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

// skimage's resize of order 1 with edge mode, or scipy's nearest neighbour of order 0.
std::vector<Tap> make_taps(std::int64_t in, std::int64_t out, int order) {
  std::vector<Tap> taps;
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const auto last = static_cast<double>(in - 1);
  for (std::int64_t i = 0; i < out; ++i) {
    const double at = std::clamp(scale * (static_cast<double>(i) + 0.5) - 0.5, 0.0, last);
    if (order == 0) {
      const auto nearest = std::min(static_cast<std::int64_t>(std::floor(at + 0.5)), in - 1);
      taps.push_back({nearest, nearest, 0.0});
    } else {
      const auto first = static_cast<std::int64_t>(std::floor(at));
      taps.push_back({first, std::min(first + 1, in - 1), at - static_cast<double>(first)});
    }
  }
  return taps;
}

std::array<std::vector<Tap>, 3> all_taps(const Extent& in, const Extent& out,
                                         const Spacing& spacing, const Spacing& original,
                                         const Resampling& how) {
  for (const int order : {how.order, how.order_z}) {
    if (order == 0 || order == 1) continue;
    throw Error::input(
        fmt::format("plans: resampling_fn_probabilities_kwargs asks for order {}", order),
        "probabilities are resampled with order 0 or 1");
  }
  const int separate = separate_axis(spacing, original, how.force_separate_z);
  std::array<std::vector<Tap>, 3> taps;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    taps[axis] = make_taps(in[axis], out[axis],
                           static_cast<int>(axis) == separate ? how.order_z : how.order);
  }
  return taps;
}

double blend(const Tap& tap, double first, double second) {
  return first + tap.weight * (second - first);
}

void check(const Volume<float>& logits, const CaseProperties& properties, const Labels& labels) {
  if (logits.channels != labels.heads()) {
    throw Error::input(fmt::format("the network answers with {} classes, the data set has {}",
                                   logits.channels, labels.heads()),
                       "was it trained on this data set?");
  }
  bool inside = properties.crop.size() == properties.shape_after_cropping && !logits.empty();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    inside = inside && properties.crop.lo[axis] >= 0 &&
             properties.crop.lo[axis] < properties.crop.hi[axis] &&
             properties.crop.hi[axis] <= properties.shape_before_cropping[axis];
  }
  if (!inside) {
    throw Error::input(
        fmt::format("case properties: the crop [{}; {}) does not fit shape ({})",
                    fmt::join(properties.crop.lo, ","), fmt::join(properties.crop.hi, ","),
                    fmt::join(properties.shape_before_cropping, ",")),
        "preprocess the case again");
  }
}

// Spacing of the logits: a 2-D configuration leaves axis 0 as it was.
Spacing logits_spacing(const Configuration& configuration, const Spacing& original) {
  Spacing spacing = original;
  const std::size_t first = 3 - configuration.spacing.size();
  std::ranges::copy(configuration.spacing, spacing.begin() + static_cast<std::ptrdiff_t>(first));
  return spacing;
}

}  // namespace

LogitGrid logit_grid(const Volume<float>& logits, const CaseProperties& properties,
                     const Plans& plans, const Configuration& configuration, const Labels& labels) {
  check(logits, properties, labels);
  // Axis i of the transposed image is axis transpose_forward[i] of the file.
  const Spacing spacing = transposed(properties.geometry.spacing, plans.transpose_forward);
  return {logits,
          all_taps(logits.size, properties.shape_after_cropping,
                   logits_spacing(configuration, spacing), spacing, configuration.probabilities)};
}

LogitGrid next_stage_grid(const Volume<float>& logits, const Extent& size,
                          const CaseProperties& properties, const Plans& plans,
                          const Configuration& configuration, const Labels& labels) {
  check(logits, properties, labels);
  const Spacing spacing = logits_spacing(
      configuration, transposed(properties.geometry.spacing, plans.transpose_forward));
  return {logits, all_taps(logits.size, size, spacing, spacing, configuration.probabilities)};
}

SliceInterpolator::SliceInterpolator(const LogitGrid& grid)
    : grid_(grid),
      plane_(static_cast<std::size_t>(grid.logits.size[1] * grid.logits.size[2])),
      row_(static_cast<std::size_t>(grid.logits.size[2])),
      values_(grid.taps[1].size() * grid.taps[2].size()) {}

const std::vector<float>& SliceInterpolator::slice(std::int64_t k, std::int64_t z) {
  const Tap& tap = grid_.taps[0][static_cast<std::size_t>(z)];
  const std::int64_t voxels = grid_.logits.size[1] * grid_.logits.size[2];
  const float* near = grid_.logits.channel(k) + tap.first * voxels;
  const float* far = grid_.logits.channel(k) + tap.second * voxels;
  for (std::size_t i = 0; i < plane_.size(); ++i) plane_[i] = blend(tap, near[i], far[i]);
  for (std::size_t y = 0; y < grid_.taps[1].size(); ++y) interpolate_row(y);
  return values_;
}

void SliceInterpolator::interpolate_row(std::size_t y) {
  const Tap& tap = grid_.taps[1][y];
  const double* above = plane_.data() + tap.first * grid_.logits.size[2];
  const double* below = plane_.data() + tap.second * grid_.logits.size[2];
  for (std::size_t x = 0; x < row_.size(); ++x) row_[x] = blend(tap, above[x], below[x]);
  const std::vector<Tap>& columns = grid_.taps[2];
  float* out = values_.data() + y * columns.size();
  for (std::size_t x = 0; x < columns.size(); ++x) {
    out[x] = static_cast<float>(blend(columns[x], row_[static_cast<std::size_t>(columns[x].first)],
                                      row_[static_cast<std::size_t>(columns[x].second)]));
  }
}

FilePlace file_place(const CaseProperties& properties, const Plans& plans) {
  FilePlace place;
  const auto file_axis = [&](std::size_t axis) {
    return static_cast<std::size_t>(plans.transpose_forward[axis]);
  };
  for (std::size_t axis = 0; axis < 3; ++axis)
    place.size[file_axis(axis)] = properties.shape_before_cropping[axis];
  const Extent strides{place.size[1] * place.size[2], place.size[2], 1};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    place.stride[axis] = strides[file_axis(axis)];
    place.first += properties.crop.lo[axis] * place.stride[axis];
  }
  return place;
}

}  // namespace voxarena
