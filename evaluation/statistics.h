// Means, spreads and ranks. NaN values are left out, as in numpy's nan-functions.
#pragma once

#include <cstdint>
#include <vector>

namespace voxarena {

struct Spread {
  double mean = 0;         // NaN without values
  double sd = 0;           // of the sample (n - 1); NaN below two values
  std::int64_t count = 0;  // values that are not NaN
};

Spread spread(const std::vector<double>& values);
double nan_mean(const std::vector<double>& values);

// 1 is best; equal values share the mean of their places (1, 2.5, 2.5, 4). NaN is last.
std::vector<double> mean_ranks(const std::vector<double>& values, bool higher_is_better);

}  // namespace voxarena
