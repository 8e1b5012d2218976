// Resampling of cases with replacement.
#pragma once

#include <cstdint>
#include <vector>

namespace voxarena {

// Values of several quantities for the same cases, case by case; NaN is undefined.
struct CaseValues {
  std::int64_t cases = 0, quantities = 0;
  std::vector<double> values;  // (cases, quantities)
};

// Means over the defined cases of each resample: (quantities, samples). Sample i draws the same
// cases for every quantity and depends on (seed, i) alone, not on `threads`.
std::vector<double> bootstrap_means(const CaseValues& values, std::int64_t samples,
                                    std::uint64_t seed, int threads);

struct Interval {
  double low = 0, high = 0;
};

// `means` of one quantity; `level` as 0.95. NaN is left out; (NaN, NaN) without values.
Interval percentile_interval(std::vector<double> means, double level);
// Bias-corrected and accelerated (Efron 1987), for the mean of `values`.
Interval bca_interval(std::vector<double> means, const std::vector<double>& values, double level);

}  // namespace voxarena
