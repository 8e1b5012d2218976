// Tests of differences between methods on the same cases.
#pragma once

#include <vector>

namespace voxarena {

struct SignedRank {
  double r_plus = 0, r_minus = 0;  // rank sums of positive and negative differences
  double p = 1;                    // two-sided
  // Matched-pairs rank-biserial correlation, (r_plus - r_minus) / (r_plus + r_minus): 1 where every
  // difference is positive, 0 without differences (Kerby 2014).
  double effect = 0;
};

// Wilcoxon's signed-rank test. Differences of 0 are dropped; p is exact up to 50 differences
// without ties and zeros and up to 13 with them, else of the normal approximation without
// correction for continuity, as scipy.stats.wilcoxon does. NaN is left out.
SignedRank signed_rank_test(const std::vector<double>& differences);

// Holm's step-down adjustment, in the order given.
std::vector<double> holm(const std::vector<double>& p);

struct Omnibus {
  double chi_squared = 0, p_friedman = 1;  // with correction for ties
  double f = 0, p = 1;                     // Iman & Davenport 1980
};

// Whether any of the methods differs: `ranks[case][method]`, ties with their mean rank.
Omnibus friedman_test(const std::vector<std::vector<double>>& ranks);

// The probability that the mean difference is not above 0 although its estimate is: the tail of
// Student's distribution with n - 1 degrees of freedom (Christodoulou et al., Claims Reloaded 2025,
// for paired values). 0.5 where nothing is known. NaN is left out.
double false_claim_probability(const std::vector<double>& differences);

// Kendall's tau-b; NaN where one of the rankings ties everything.
double kendall_tau(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace voxarena
