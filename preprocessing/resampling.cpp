#include "preprocessing/resampling.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "preprocessing/spline.h"
#include "voxarena/core/parallel.h"

namespace voxarena {
namespace {

std::size_t index(int axis) { return static_cast<std::size_t>(axis); }

// Doubles that are written before they are read.
using Buffer = std::unique_ptr<double[]>;

// What of `axes` changes; what shrinks most comes first, so that later passes are cheap.
std::vector<int> passes(const Extent& size, const Extent& target, std::vector<int> axes) {
  std::erase_if(axes, [&](int a) { return size[index(a)] == target[index(a)]; });
  const auto ratio = [&](int a) {
    return static_cast<double>(target[index(a)]) / static_cast<double>(size[index(a)]);
  };
  std::sort(axes.begin(), axes.end(), [&](int a, int b) { return ratio(a) < ratio(b); });
  return axes;
}

// One pass along `axis`; `size` becomes that of the output.
template <class From, class To>
void pass(const From* from, To* to, Extent& size, const Extent& target, int axis, int order,
          int threads) {
  const std::size_t a = index(axis);
  std::int64_t outer = 1;
  std::int64_t inner = 1;
  for (std::size_t i = 0; i < 3; ++i) (i < a ? outer : inner) *= i == a ? 1 : size[i];
  resample_axis(from, to, outer, inner, make_axis_sampler(size[a], target[a], order), threads);
  size[a] = target[a];
}

// A pass per axis of `axes` that changes; between two passes values are doubles.
template <class From, class To>
void resize(const From* from, Extent size, To* to, const Extent& target,
            const std::vector<int>& axes, int order, int threads) {
  const std::vector<int> order_of_axes = passes(size, target, axes);
  if (order_of_axes.empty()) {
    std::transform(from, from + voxels(size), to, [](From v) { return static_cast<To>(v); });
    return;
  }
  Buffer between;
  for (std::size_t i = 0; i < order_of_axes.size(); ++i) {
    const int axis = order_of_axes[i];
    if (i + 1 == order_of_axes.size()) {
      if (between) {
        pass(between.get(), to, size, target, axis, order, threads);
      } else {
        pass(from, to, size, target, axis, order, threads);
      }
      return;
    }
    Extent next = size;
    next[index(axis)] = target[index(axis)];
    Buffer out = std::make_unique_for_overwrite<double[]>(static_cast<std::size_t>(voxels(next)));
    if (between) {
      pass(between.get(), out.get(), size, target, axis, order, threads);
    } else {
      pass(from, out.get(), size, target, axis, order, threads);
    }
    between = std::move(out);
  }
}

// Lowest and highest value of each slice along `axis`.
struct Ranges {
  std::vector<float> low, high;
};
Ranges slice_ranges(const float* values, const Extent& size, int axis) {
  Ranges out;
  const std::size_t a = index(axis);
  out.low.assign(static_cast<std::size_t>(size[a]), values[0]);
  out.high = out.low;
  std::vector<bool> seen(static_cast<std::size_t>(size[a]), false);
  Extent at{};
  for (at[0] = 0; at[0] < size[0]; ++at[0]) {
    for (at[1] = 0; at[1] < size[1]; ++at[1]) {
      for (at[2] = 0; at[2] < size[2]; ++at[2], ++values) {
        const auto slice = static_cast<std::size_t>(at[a]);
        out.low[slice] = seen[slice] ? std::min(out.low[slice], *values) : *values;
        out.high[slice] = seen[slice] ? std::max(out.high[slice], *values) : *values;
        seen[slice] = true;
      }
    }
  }
  return out;
}

// Spline overshoot is cut at the range of the input, of each slice here.
//
// In-plane resize of every slice, then the slices of the new grid from their nearest old ones.
void resample_slices(const float* from, const Extent& size, float* to, const Extent& target,
                     int axis, const Resampling& how, int threads) {
  const std::size_t a = index(axis);
  std::vector<int> axes{0, 1, 2};
  axes.erase(axes.begin() + axis);
  Extent planar = target;
  planar[a] = size[a];
  const Ranges range = slice_ranges(from, size, axis);
  const auto values =
      std::make_unique_for_overwrite<double[]>(static_cast<std::size_t>(voxels(planar)));
  resize(from, size, values.get(), planar, axes, how.order, threads);

  double* value = values.get();
  Extent at{};
  for (at[0] = 0; at[0] < planar[0]; ++at[0]) {
    for (at[1] = 0; at[1] < planar[1]; ++at[1]) {
      for (at[2] = 0; at[2] < planar[2]; ++at[2], ++value) {
        const auto slice = static_cast<std::size_t>(at[a]);
        *value = std::clamp<double>(*value, range.low[slice], range.high[slice]);
      }
    }
  }
  resize(values.get(), planar, to, target, {axis}, how.order_z, threads);
}

// Lowest and highest value, in lanes that vector instructions compare side by side.
std::pair<float, float> value_range(const float* values, std::int64_t count) {
  constexpr std::int64_t kLanes = 16;
  float low[kLanes], high[kLanes];
  std::fill_n(low, kLanes, values[0]);
  std::fill_n(high, kLanes, values[0]);
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::int64_t l = 0; l < kLanes; ++l) {
      low[l] = std::min(low[l], values[i + l]);
      high[l] = std::max(high[l], values[i + l]);
    }
  }
  for (; i < count; ++i) {
    low[0] = std::min(low[0], values[i]);
    high[0] = std::max(high[0], values[i]);
  }
  return {*std::min_element(low, low + kLanes), *std::max_element(high, high + kLanes)};
}

void resample_whole(const float* from, const Extent& size, float* to, const Extent& target,
                    const Resampling& how, int threads) {
  const auto [low, high] = value_range(from, voxels(size));
  resize(from, size, to, target, {0, 1, 2}, how.order, threads);
  for (std::int64_t i = 0; i < voxels(target); ++i) to[i] = std::clamp(to[i], low, high);
}

}  // namespace

Volume<float> resample_data(const Volume<float>& data, const Extent& shape, const Spacing& current,
                            const Spacing& target, const Resampling& how, int threads) {
  if (shape == data.size || data.empty()) return data;
  const int axis = separate_axis(current, target, how.force_separate_z);
  Volume<float> out(data.channels, shape);
  for (std::int64_t c = 0; c < data.channels; ++c) {
    if (axis >= 0) {
      resample_slices(data.channel(c), data.size, out.channel(c), shape, axis, how, threads);
    } else {
      resample_whole(data.channel(c), data.size, out.channel(c), shape, how, threads);
    }
  }
  return out;
}

}  // namespace voxarena
