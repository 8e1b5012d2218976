#include "preprocessing/resampling.h"

#include <algorithm>
#include <numeric>

#include "preprocessing/spline.h"
#include "voxarena/core/parallel.h"

namespace voxarena {
namespace {

std::size_t index(int axis) { return static_cast<std::size_t>(axis); }

// Spline overshoot is cut at the range of the input.
void clip(double* values, std::int64_t count, double low, double high) {
  for (std::int64_t i = 0; i < count; ++i) values[i] = std::clamp(values[i], low, high);
}

// One pass per axis of `axes`; what shrinks most comes first, so that later passes are cheap.
std::vector<double> resize(std::vector<double> values, Extent size, const Extent& target,
                           std::vector<int> axes, int order, int threads) {
  const auto ratio = [&](int a) {
    return static_cast<double>(target[index(a)]) / static_cast<double>(size[index(a)]);
  };
  std::sort(axes.begin(), axes.end(), [&](int a, int b) { return ratio(a) < ratio(b); });
  for (const int axis : axes) {
    const std::size_t a = index(axis);
    if (size[a] == target[a]) continue;
    std::int64_t outer = 1;
    std::int64_t inner = 1;
    for (std::size_t i = 0; i < 3; ++i) (i < a ? outer : inner) *= i == a ? 1 : size[i];
    values =
        resample_axis(values, outer, inner, make_axis_sampler(size[a], target[a], order), threads);
    size[a] = target[a];
  }
  return values;
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

// In-plane resize of every slice, then the slices of the new grid from their nearest old ones.
void resample_slices(const float* from, const Extent& size, float* to, const Extent& target,
                     int axis, const Resampling& how, int threads) {
  const std::size_t a = index(axis);
  std::vector<int> axes{0, 1, 2};
  axes.erase(axes.begin() + axis);
  Extent planar = target;
  planar[a] = size[a];
  const Ranges range = slice_ranges(from, size, axis);
  std::vector<double> values =
      resize({from, from + voxels(size)}, size, planar, axes, how.order, threads);

  std::int64_t i = 0;
  Extent at{};
  for (at[0] = 0; at[0] < planar[0]; ++at[0]) {
    for (at[1] = 0; at[1] < planar[1]; ++at[1]) {
      for (at[2] = 0; at[2] < planar[2]; ++at[2], ++i) {
        const auto slice = static_cast<std::size_t>(at[a]);
        clip(&values[static_cast<std::size_t>(i)], 1, range.low[slice], range.high[slice]);
      }
    }
  }
  values = resize(std::move(values), planar, target, {axis}, how.order_z, threads);
  std::transform(values.begin(), values.end(), to, [](double v) { return static_cast<float>(v); });
}

void resample_whole(const float* from, const Extent& size, float* to, const Extent& target,
                    const Resampling& how, int threads) {
  const auto [low, high] = std::minmax_element(from, from + voxels(size));
  std::vector<double> values =
      resize({from, from + voxels(size)}, size, target, {0, 1, 2}, how.order, threads);
  clip(values.data(), voxels(target), *low, *high);
  std::transform(values.begin(), values.end(), to, [](double v) { return static_cast<float>(v); });
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
