#include "evaluation/statistics.h"

#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace voxarena {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Spread spread(const std::vector<double>& values) {
  Spread result{.mean = 0, .sd = kNoValue, .count = 0};
  for (const double value : values) {
    if (std::isnan(value)) continue;
    result.mean += value;
    ++result.count;
  }
  if (result.count == 0) return {.mean = kNoValue, .sd = kNoValue, .count = 0};
  result.mean /= static_cast<double>(result.count);
  if (result.count < 2) return result;
  double squares = 0;
  for (const double value : values) {
    if (!std::isnan(value)) squares += (value - result.mean) * (value - result.mean);
  }
  result.sd = std::sqrt(squares / static_cast<double>(result.count - 1));
  return result;
}

double nan_mean(const std::vector<double>& values) { return spread(values).mean; }

std::vector<double> mean_ranks(const std::vector<double>& values, bool higher_is_better) {
  const auto before = [&](double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
    return higher_is_better ? a > b : a < b;
  };
  std::vector<double> ranks;
  for (const double value : values) {
    std::int64_t better = 0;
    std::int64_t equal = 0;  // itself included
    for (const double other : values) {
      if (before(other, value)) {
        ++better;
      } else if (!before(value, other)) {
        ++equal;
      }
    }
    ranks.push_back(static_cast<double>(better) + static_cast<double>(equal + 1) / 2);
  }
  return ranks;
}

double suitability(const std::vector<double>& means,
                   const std::vector<std::vector<double>>& fold_means) {
  std::vector<double> spreads;
  for (const std::vector<double>& of_method : fold_means) spreads.push_back(spread(of_method).sd);
  const double within = nan_mean(spreads);
  return within > 0 ? spread(means).sd / within : kNoValue;
}

double suitability(const std::vector<std::vector<RunMeans>>& seeds) {
  std::map<std::string, std::pair<std::vector<double>, std::vector<double>>> methods;
  for (const std::vector<RunMeans>& seed : seeds) {
    for (const RunMeans& run : seed) {
      auto& [means, folds] = methods[run.method];
      means.push_back(run.mean);
      folds.insert(folds.end(), run.folds.begin(), run.folds.end());
    }
  }
  std::vector<double> means;
  std::vector<std::vector<double>> repeated;
  for (const auto& [method, found] : methods) {
    if (found.first.size() < seeds.size()) continue;
    means.push_back(nan_mean(found.first));
    repeated.push_back(found.second);
  }
  return suitability(means, repeated);
}

}  // namespace voxarena
