// numpy's percentile (linear interpolation) and median of short lists.
#pragma once

#include <vector>

namespace voxarena {

// a + t (b - a), evaluated from the nearer end as numpy does.
inline double interpolate(double a, double b, double t) {
  return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

// `percent` in [0, 100]; NaN for an empty list.
double percentile(std::vector<double> values, double percent);
double median(std::vector<double> values);

}  // namespace voxarena
