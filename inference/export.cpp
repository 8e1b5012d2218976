#include "inference/export.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "preprocessing/resampling.h"
#include "preprocessing/transposition.h"
#include "voxarena/core/error.h"
#include "voxarena/core/parallel.h"

namespace voxarena {
namespace {

// An output coordinate along one axis: (1 - weight) * input[first] + weight * input[second].
struct Tap {
  std::int64_t first = 0, second = 0;
  double weight = 0;
};

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

// One slice of interpolated logits, class after class.
class SliceInterpolator {
 public:
  SliceInterpolator(const Volume<float>& logits, const std::array<std::vector<Tap>, 3>& taps)
      : logits_(logits),
        taps_(taps),
        plane_(static_cast<std::size_t>(logits.size[1] * logits.size[2])),
        row_(static_cast<std::size_t>(logits.size[2])),
        values_(taps[1].size() * taps[2].size()) {}

  // Values (y, x) of class `k` in output slice `z`, in float32 as nnU-Net stores them.
  const std::vector<float>& slice(std::int64_t k, std::int64_t z) {
    const Tap& tap = taps_[0][static_cast<std::size_t>(z)];
    const float* near = logits_.channel(k) + tap.first * logits_.size[1] * logits_.size[2];
    const float* far = logits_.channel(k) + tap.second * logits_.size[1] * logits_.size[2];
    for (std::size_t i = 0; i < plane_.size(); ++i) plane_[i] = blend(tap, near[i], far[i]);
    for (std::size_t y = 0; y < taps_[1].size(); ++y) interpolate_row(y);
    return values_;
  }

 private:
  void interpolate_row(std::size_t y) {
    const Tap& tap = taps_[1][y];
    const double* above = plane_.data() + tap.first * logits_.size[2];
    const double* below = plane_.data() + tap.second * logits_.size[2];
    for (std::size_t x = 0; x < row_.size(); ++x) row_[x] = blend(tap, above[x], below[x]);
    float* out = values_.data() + y * taps_[2].size();
    for (std::size_t x = 0; x < taps_[2].size(); ++x) {
      const Tap& along = taps_[2][x];
      out[x] = static_cast<float>(blend(along, row_[static_cast<std::size_t>(along.first)],
                                        row_[static_cast<std::size_t>(along.second)]));
    }
  }

  const Volume<float>& logits_;
  const std::array<std::vector<Tap>, 3>& taps_;
  std::vector<double> plane_, row_;
  std::vector<float> values_;
};

// Labels of slice `z`: the class with the largest logit, the lowest of equal ones.
void decide_classes(SliceInterpolator& interpolator, std::int64_t classes, std::int64_t z,
                    std::vector<std::int16_t>& labels) {
  std::vector<float> best = interpolator.slice(0, z);
  std::ranges::fill(labels, std::int16_t{0});
  for (std::int64_t k = 1; k < classes; ++k) {
    const std::vector<float>& values = interpolator.slice(k, z);
    for (std::size_t i = 0; i < best.size(); ++i) {
      const bool larger = values[i] > best[i];
      best[i] = larger ? values[i] : best[i];
      labels[i] = larger ? static_cast<std::int16_t>(k) : labels[i];
    }
  }
}

// Labels of slice `z` from regions: each paints its label where its probability is above one half.
void decide_regions(SliceInterpolator& interpolator, const std::vector<int>& order, std::int64_t z,
                    std::vector<std::int16_t>& labels) {
  std::ranges::fill(labels, std::int16_t{0});
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::vector<float>& values = interpolator.slice(static_cast<std::int64_t>(k), z);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float probability = 1.0F / (1.0F + std::exp(-values[i]));
      if (probability > 0.5F) labels[i] = static_cast<std::int16_t>(order[k]);
    }
  }
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

LabelImage export_labels(const Volume<float>& logits, const CaseProperties& properties,
                         const Plans& plans, const Configuration& configuration,
                         const Labels& labels, int threads) {
  check(logits, properties, labels);
  const Extent shape = properties.shape_after_cropping;
  // Axis i of the transposed image is axis transpose_forward[i] of the file.
  const Spacing spacing = transposed(properties.geometry.spacing, plans.transpose_forward);
  const auto taps = all_taps(logits.size, shape, logits_spacing(configuration, spacing), spacing,
                             configuration.probabilities);
  Extent original{};
  Extent stride{};  // of transposed axes in the file's array
  for (std::size_t axis = 0; axis < 3; ++axis) {
    original[static_cast<std::size_t>(plans.transpose_forward[axis])] =
        properties.shape_before_cropping[axis];
  }
  const Extent strides{original[1] * original[2], original[2], 1};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    stride[axis] = strides[static_cast<std::size_t>(plans.transpose_forward[axis])];
  }

  LabelImage result{Volume<std::int16_t>(1, original), properties.geometry};
  const Extent& lo = properties.crop.lo;
  parallel_for(shape[0], threads, [&](std::int64_t z) {
    SliceInterpolator interpolator(logits, taps);
    std::vector<std::int16_t> slice(static_cast<std::size_t>(shape[1] * shape[2]));
    if (labels.has_regions()) {
      decide_regions(interpolator, labels.regions_class_order(), z, slice);
    } else {
      decide_classes(interpolator, logits.channels, z, slice);
    }
    const std::int16_t* from = slice.data();
    std::int16_t* to = result.voxels.values.data() + (z + lo[0]) * stride[0] + lo[1] * stride[1] +
                       lo[2] * stride[2];
    for (std::int64_t y = 0; y < shape[1]; ++y) {
      for (std::int64_t x = 0; x < shape[2]; ++x) to[y * stride[1] + x * stride[2]] = *from++;
    }
  });
  return result;
}

}  // namespace voxarena
