#include "evaluation/shapes/surface_distances.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace voxarena {
namespace {

// In numpy's order of additions: whether a cumulated area reaches a percentage of the sum may hang
// on the last bit.
double pairwise_sum(const double* values, std::size_t count) {
  if (count < 8) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += values[i];
    return sum;
  }
  if (count > 128) {
    const std::size_t half = count / 2 - count / 2 % 8;
    return pairwise_sum(values, half) + pairwise_sum(values + half, count - half);
  }
  double part[8];
  std::copy(values, values + 8, part);
  std::size_t i = 8;
  for (; i + 8 <= count; i += 8) {
    for (std::size_t j = 0; j < 8; ++j) part[j] += values[i + j];
  }
  double sum =
      ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
  for (; i < count; ++i) sum += values[i];
  return sum;
}

double weight(const std::vector<double>& areas, std::size_t i) {
  return areas.empty() ? 1.0 : areas[i];
}

// Of an element's area, the share at distances of at most `limit`.
double share_below(double value, double spread, double limit) {
  if (spread == 0) return value <= limit ? 1 : 0;
  const double length = std::min(value + spread, limit) - std::max(value - spread, -limit);
  return std::clamp(length / (2 * spread), 0.0, 1.0);
}

// The mean distance within an element, whose centre may lie nearer to the other surface than its
// sides.
double mean_distance(double value, double spread) {
  return value < spread ? (value * value + spread * spread) / (2 * spread) : value;
}

double spread_of(const std::vector<double>& spreads, std::size_t i) {
  return spreads.empty() ? 0.0 : spreads[i];
}

struct WeightedSum {
  double values = 0, areas = 0;
};

WeightedSum weighted_sum(const std::vector<double>& values, const std::vector<double>& areas,
                         const std::vector<double>& spreads) {
  WeightedSum sum;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum.values += mean_distance(values[i], spread_of(spreads, i)) * weight(areas, i);
    sum.areas += weight(areas, i);
  }
  return sum;
}

WeightedSum from_reference_sum(const SurfaceDistances& distances) {
  return weighted_sum(distances.from_reference, distances.reference_area,
                      distances.reference_spread);
}

WeightedSum from_prediction_sum(const SurfaceDistances& distances) {
  return weighted_sum(distances.from_prediction, distances.prediction_area,
                      distances.prediction_spread);
}

template <class Value>
struct Neighbours {
  Value low, high;
};

// The values at places `place` and `place + 1` of the sorted order.
template <class Value>
Neighbours<Value> neighbours(std::vector<Value>& values, std::size_t place) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(place);
  std::nth_element(values.begin(), at, values.end());
  const auto next = std::min_element(at + 1, values.end());
  return {*at, next == values.end() ? *at : *next};
}

}  // namespace

double single_percentile(const std::vector<double>& values, double percent) {
  std::vector<float> single(values.size());
  std::transform(values.begin(), values.end(), single.begin(),
                 [](double value) { return static_cast<float>(value); });
  const float place = static_cast<float>(percent / 100) * static_cast<float>(single.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const float t = place - static_cast<float>(below);
  const auto [low, high] = neighbours(single, below);
  return static_cast<double>(t < 0.5F ? low + (high - low) * t : high - (high - low) * (1 - t));
}

double area_percentile(const std::vector<double>& values, const std::vector<double>& areas,
                       double percent) {
  std::vector<std::pair<double, double>> sorted(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) sorted[i] = {values[i], weight(areas, i)};
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> sorted_areas(values.size());
  std::transform(sorted.begin(), sorted.end(), sorted_areas.begin(),
                 [](const auto& element) { return element.second; });
  const double total = pairwise_sum(sorted_areas.data(), sorted_areas.size());
  double cumulated = 0;
  for (const auto& [value, area] : sorted) {
    cumulated += area;
    if (cumulated / total >= percent / 100) return value;
  }
  return sorted.back().first;
}

double spread_percentile(const std::vector<double>& values, const std::vector<double>& areas,
                         const std::vector<double>& spreads, double farthest, double percent) {
  if (percent >= 100) return farthest;
  double low = 0, high = farthest, total = 0;
  for (const double area : areas) total += area;
  // Bisection, over the elements that are not yet known to lie below or above.
  const double wanted = total * percent / 100, precision = 1e-10 * high;
  std::vector<std::size_t> open(values.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  double below = 0;
  while (high - low > precision) {
    const double middle = (low + high) / 2;
    double area = below;
    for (const std::size_t i : open) area += areas[i] * share_below(values[i], spreads[i], middle);
    (area >= wanted ? high : low) = middle;
    std::erase_if(open, [&](std::size_t i) {
      if (values[i] + spreads[i] <= low) below += areas[i];
      return values[i] + spreads[i] <= low || values[i] - spreads[i] > high;
    });
  }
  return high;
}

double robust_hausdorff(const SurfaceDistances& distances, double percent) {
  const auto one_way = [&](const std::vector<double>& values, const std::vector<double>& areas,
                           const std::vector<double>& spreads, double farthest) {
    return spreads.empty() ? area_percentile(values, areas, percent)
                           : spread_percentile(values, areas, spreads, farthest, percent);
  };
  return std::max(one_way(distances.from_reference, distances.reference_area,
                          distances.reference_spread, distances.reference_farthest),
                  one_way(distances.from_prediction, distances.prediction_area,
                          distances.prediction_spread, distances.prediction_farthest));
}

double average_distance(const SurfaceDistances& distances) {
  const WeightedSum a = from_reference_sum(distances), b = from_prediction_sum(distances);
  return (a.values + b.values) / (a.areas + b.areas);
}

double mean_of_averages(const SurfaceDistances& distances) {
  const WeightedSum a = from_reference_sum(distances), b = from_prediction_sum(distances);
  return (a.values / a.areas + b.values / b.areas) / 2;
}

double share_within(const SurfaceDistances& distances, double tolerance) {
  double within = 0, total = 0;
  const auto add = [&](const std::vector<double>& values, const std::vector<double>& areas,
                       const std::vector<double>& spreads) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      total += weight(areas, i);
      within += weight(areas, i) * share_below(values[i], spread_of(spreads, i), tolerance);
    }
  };
  add(distances.from_reference, distances.reference_area, distances.reference_spread);
  add(distances.from_prediction, distances.prediction_area, distances.prediction_spread);
  return within / total;
}

}  // namespace voxarena
