#include "preprocessing/intensity_samples.h"

#include <tbb/parallel_sort.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "preprocessing/percentile.h"
#include "voxarena/core/random.h"

namespace voxarena {
namespace {

constexpr std::uint32_t kSampleSeed = 1234;

bool less(const WeightedValue& a, const WeightedValue& b) { return a.value < b.value; }

// How often each of `population` indices is drawn. Equal to counting
// NumpyRandom::bounded(population - 1), but without a branch on the rejection, which no processor
// can predict: rejected words are counted in one extra place.
std::vector<std::uint32_t> draw_counts(NumpyRandom& random, std::uint32_t population,
                                       std::int64_t draws) {
  std::vector<std::uint32_t> counts(static_cast<std::size_t>(population) + 1, 0);
  if (population == 1) {
    counts[0] = static_cast<std::uint32_t>(draws);
    return counts;
  }
  const std::uint32_t mask = ~0U >> std::countl_zero(population - 1);
  for (std::int64_t accepted = 0; accepted < draws;) {
    const std::uint32_t index = std::min(random.word() & mask, population);
    ++counts[index];
    accepted += index < population ? 1 : 0;
  }
  return counts;
}

void merge_equal(std::vector<WeightedValue>& sorted) {
  std::size_t last = 0;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i].value == sorted[last].value) {
      sorted[last].count += sorted[i].count;
    } else {
      sorted[++last] = sorted[i];
    }
  }
  if (!sorted.empty()) sorted.resize(last + 1);
}

// The `percent` percentile of a sorted multiset of `total` values.
double weighted_percentile(const std::vector<WeightedValue>& sorted, std::uint64_t total,
                           double percent) {
  const double position = percent / 100 * static_cast<double>(total - 1);
  const auto below = static_cast<std::uint64_t>(position);
  const auto value_at = [&](std::uint64_t rank) {
    std::uint64_t passed = 0;
    for (const WeightedValue& v : sorted) {
      passed += v.count;
      if (rank < passed) return static_cast<double>(v.value);
    }
    return static_cast<double>(sorted.back().value);
  };
  return interpolate(value_at(below), value_at(below + 1), position - std::floor(position));
}

}  // namespace

std::vector<std::vector<WeightedValue>> sample_intensities(
    const std::vector<std::vector<float>>& foreground, std::int64_t draws) {
  NumpyRandom random(kSampleSeed);
  std::vector<std::vector<WeightedValue>> out;
  for (const std::vector<float>& values : foreground) {
    std::vector<WeightedValue>& samples = out.emplace_back();
    if (values.empty()) continue;
    const auto counts = draw_counts(random, static_cast<std::uint32_t>(values.size()), draws);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (counts[i] > 0) samples.push_back({values[i], counts[i]});
    }
    std::sort(samples.begin(), samples.end(), less);
    merge_equal(samples);
    samples.shrink_to_fit();
  }
  return out;
}

ChannelIntensity intensity_statistics(std::vector<WeightedValue> samples) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (samples.empty()) {
    return {.max = nan,
            .mean = nan,
            .median = nan,
            .min = nan,
            .percentile_00_5 = nan,
            .percentile_99_5 = nan,
            .std = nan};
  }
  tbb::parallel_sort(samples.begin(), samples.end(), less);
  std::uint64_t total = 0;
  double sum = 0;
  for (const WeightedValue& s : samples) {
    total += s.count;
    sum += static_cast<double>(s.value) * s.count;
  }
  const auto count = static_cast<double>(total);
  const double mean = sum / count;
  double squares = 0;
  for (const WeightedValue& s : samples) squares += (s.value - mean) * (s.value - mean) * s.count;
  return {.max = samples.back().value,
          .mean = mean,
          .median = weighted_percentile(samples, total, 50),
          .min = samples.front().value,
          .percentile_00_5 = weighted_percentile(samples, total, 0.5),
          .percentile_99_5 = weighted_percentile(samples, total, 99.5),
          .std = std::sqrt(squares / count)};
}

}  // namespace voxarena
