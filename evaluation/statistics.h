// Means, spreads and ranks. NaN values are left out, as in numpy's nan-functions.
#pragma once

#include <cstdint>
#include <string>
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

// Spread (SD) between the methods' means over the mean spread of one method's means across folds:
// below 1 the data set hardly tells methods apart. `fold_means`: of each method. NaN with one fold
// or one method, or if no method varies.
double suitability(const std::vector<double>& means,
                   const std::vector<std::vector<double>>& fold_means);

// One method in one run: means over all cases and over those of each fold.
struct RunMeans {
  std::string method;
  double mean = 0;
  std::vector<double> folds;
};
// The same over runs that differ in the seed alone: of the methods that all of them have.
double suitability(const std::vector<std::vector<RunMeans>>& seeds);

}  // namespace voxarena
