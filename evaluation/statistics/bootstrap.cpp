#include "evaluation/statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluation/statistics/distributions.h"
#include "voxarena/core/parallel.h"
#include "voxarena/core/random.h"

namespace voxarena {
namespace {

constexpr double kNoMean = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kSamplesPerTask = 64;

__attribute__((target_clones("avx2", "default"))) void add_weighted(double* sums,
                                                                    const double* values,
                                                                    double weight,
                                                                    std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) sums[i] += weight * values[i];
}

// Between neighbours in the sorted order, as numpy.percentile.
double quantile(const std::vector<double>& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double t = place - static_cast<double>(below);
  const double low = sorted[below], high = sorted[std::min(below + 1, sorted.size() - 1)];
  return t < 0.5 ? low + (high - low) * t : high - (high - low) * (1 - t);
}

std::vector<double> defined(const std::vector<double>& values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
               [](double value) { return !std::isnan(value); });
  return kept;
}

}  // namespace

std::vector<double> bootstrap_means(const CaseValues& values, std::int64_t samples,
                                    std::uint64_t seed, int threads) {
  const std::int64_t cases = values.cases, quantities = values.quantities;
  // Undefined values become 0 and are counted apart.
  std::vector<double> filled = values.values, present(filled.size(), 1);
  bool complete = true;
  for (std::size_t i = 0; i < filled.size(); ++i) {
    if (!std::isnan(filled[i])) continue;
    filled[i] = present[i] = 0;
    complete = false;
  }
  std::vector<double> means(static_cast<std::size_t>(quantities * samples));
  const std::int64_t tasks = (samples + kSamplesPerTask - 1) / kSamplesPerTask;
  parallel_for(tasks, threads, [&](std::int64_t task) {
    std::vector<double> sums(static_cast<std::size_t>(quantities)), counts(sums.size());
    std::vector<int> drawn(static_cast<std::size_t>(cases));
    const std::int64_t end = std::min(samples, (task + 1) * kSamplesPerTask);
    for (std::int64_t sample = task * kSamplesPerTask; sample < end; ++sample) {
      CounterRandom random(seed, {static_cast<std::uint64_t>(sample)});
      std::fill(drawn.begin(), drawn.end(), 0);
      for (std::int64_t i = 0; i < cases; ++i)
        ++drawn[static_cast<std::size_t>(random.integer(0, cases - 1))];
      std::fill(sums.begin(), sums.end(), 0);
      std::fill(counts.begin(), counts.end(), complete ? static_cast<double>(cases) : 0);
      for (std::int64_t c = 0; c < cases; ++c) {
        const int weight = drawn[static_cast<std::size_t>(c)];
        if (weight == 0) continue;
        add_weighted(sums.data(), filled.data() + c * quantities, weight, quantities);
        if (!complete) {
          add_weighted(counts.data(), present.data() + c * quantities, weight, quantities);
        }
      }
      for (std::int64_t q = 0; q < quantities; ++q) {
        const auto i = static_cast<std::size_t>(q);
        means[static_cast<std::size_t>(q * samples + sample)] =
            counts[i] > 0 ? sums[i] / counts[i] : kNoMean;
      }
    }
  });
  return means;
}

Interval percentile_interval(std::vector<double> means, double level) {
  means = defined(means);
  if (means.empty()) return {kNoMean, kNoMean};
  std::sort(means.begin(), means.end());
  return {quantile(means, (1 - level) / 2), quantile(means, 1 - (1 - level) / 2)};
}

Interval bca_interval(std::vector<double> means, const std::vector<double>& values, double level) {
  means = defined(means);
  const std::vector<double> sample = defined(values);
  if (means.empty() || sample.empty()) return {kNoMean, kNoMean};
  std::sort(means.begin(), means.end());
  const auto n = static_cast<double>(sample.size());
  double sum = 0;
  for (const double value : sample) sum += value;
  const double estimate = sum / n;

  const auto below = std::lower_bound(means.begin(), means.end(), estimate) - means.begin();
  const auto not_above = std::upper_bound(means.begin(), means.end(), estimate) - means.begin();
  const double share =
      static_cast<double>(below + not_above) / (2 * static_cast<double>(means.size()));
  const double bias = normal_quantile(share);
  // The mean without one value differs from the others' mean by (value - mean) / (n - 1).
  double squares = 0, cubes = 0;
  for (const double value : sample) {
    const double influence = value - estimate;
    squares += influence * influence;
    cubes += influence * influence * influence;
  }
  if (squares == 0 || std::isinf(bias)) return {means.front(), means.back()};
  const double acceleration = cubes / (6 * std::pow(squares, 1.5));
  const auto end = [&](double z) {
    const double shifted = bias + z;
    return quantile(means, normal_cdf(bias + shifted / (1 - acceleration * shifted)));
  };
  const double z = normal_quantile((1 - level) / 2);
  return {end(z), end(-z)};
}

}  // namespace voxarena
