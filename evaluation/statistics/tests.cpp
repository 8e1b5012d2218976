#include "evaluation/statistics/tests.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "evaluation/statistics.h"
#include "evaluation/statistics/distributions.h"

namespace voxarena {
namespace {

constexpr double kNoCorrelation = std::numeric_limits<double>::quiet_NaN();

std::vector<std::size_t> sorted_order(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

// Sum over groups of equal values of t³ - t.
double tie_term(const std::vector<double>& ranks) {
  std::vector<double> sorted = ranks;
  std::sort(sorted.begin(), sorted.end());
  double sum = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    const auto t = static_cast<double>(end - i);
    sum += t * t * t - t;
    i = end;
  }
  return sum;
}

// 1 is the smallest; equal values share the mean of their places.
std::vector<double> ascending_ranks(const std::vector<double>& values) {
  const std::vector<std::size_t> order = sorted_order(values);
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    for (std::size_t j = i; j < end; ++j) ranks[order[j]] = static_cast<double>(i + end + 1) / 2;
    i = end;
  }
  return ranks;
}

// Over all signs of the ranks, which are multiples of one half.
double exact_p(const std::vector<double>& ranks, double r_plus) {
  std::vector<double> share = {1};  // of sign patterns by twice their sum of positive ranks
  for (const double rank : ranks) {
    const auto step = static_cast<std::size_t>(std::lround(2 * rank));
    std::vector<double> next(share.size() + step, 0);
    for (std::size_t i = 0; i < share.size(); ++i) {
      next[i] += share[i] / 2;
      next[i + step] += share[i] / 2;
    }
    share = std::move(next);
  }
  const auto at = static_cast<std::ptrdiff_t>(std::lround(2 * r_plus));
  const double below = std::accumulate(share.begin(), share.begin() + at + 1, 0.0);
  const double above = std::accumulate(share.begin() + at, share.end(), 0.0);
  return std::min(1.0, 2 * std::min(below, above));
}

}  // namespace

SignedRank signed_rank_test(const std::vector<double>& differences) {
  std::vector<double> magnitude;
  std::vector<bool> positive;
  std::size_t total = 0;
  for (const double difference : differences) {
    if (std::isnan(difference)) continue;
    ++total;
    if (difference == 0) continue;
    magnitude.push_back(std::abs(difference));
    positive.push_back(difference > 0);
  }
  SignedRank result;
  if (magnitude.empty()) return result;
  const std::vector<double> ranks = ascending_ranks(magnitude);
  for (std::size_t i = 0; i < ranks.size(); ++i)
    (positive[i] ? result.r_plus : result.r_minus) += ranks[i];
  result.effect = (result.r_plus - result.r_minus) / (result.r_plus + result.r_minus);
  const double ties = tie_term(ranks);
  const bool plain = ties == 0 && magnitude.size() == total;
  if (total <= 13 || (plain && total <= 50)) {
    result.p = exact_p(ranks, result.r_plus);
    return result;
  }
  const auto n = static_cast<double>(ranks.size());
  const double mean = n * (n + 1) / 4;
  const double deviation = std::sqrt((n * (n + 1) * (2 * n + 1) - ties / 2) / 24);
  result.p = std::erfc(std::abs(result.r_plus - mean) / deviation / std::sqrt(2.0));
  return result;
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<double> adjusted(p.size());
  double largest = 0;
  const std::vector<std::size_t> order = sorted_order(p);
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, static_cast<double>(p.size() - i) * p[order[i]]);
    adjusted[order[i]] = std::min(1.0, largest);
  }
  return adjusted;
}

Omnibus friedman_test(const std::vector<std::vector<double>>& ranks) {
  Omnibus result;
  if (ranks.size() < 2 || ranks.front().size() < 2) return result;
  const auto n = static_cast<double>(ranks.size());
  const auto k = static_cast<double>(ranks.front().size());
  double ties = 0, squares = 0;
  std::vector<double> sums(ranks.front().size(), 0);
  for (const std::vector<double>& of_case : ranks) {
    ties += tie_term(of_case);
    for (std::size_t m = 0; m < sums.size(); ++m) sums[m] += of_case[m];
  }
  for (const double sum : sums) squares += sum * sum;
  const double correction = 1 - ties / (k * (k * k - 1) * n);
  if (correction <= 0) return result;  // every case ties all methods
  result.chi_squared = (12 / (k * n * (k + 1)) * squares - 3 * n * (k + 1)) / correction;
  result.p_friedman = chi_squared_sf(result.chi_squared, k - 1);
  const double rest = n * (k - 1) - result.chi_squared;
  result.f =
      rest > 0 ? (n - 1) * result.chi_squared / rest : std::numeric_limits<double>::infinity();
  result.p = rest > 0 ? f_sf(result.f, k - 1, (k - 1) * (n - 1)) : 0;
  return result;
}

double false_claim_probability(const std::vector<double>& differences) {
  const Spread all = spread(differences);
  if (all.count < 2) return 0.5;
  if (all.sd == 0) return all.mean > 0 ? 0 : (all.mean < 0 ? 1 : 0.5);
  const auto n = static_cast<double>(all.count);
  return student_sf(all.mean / all.sd * std::sqrt(n), n - 1);
}

double kendall_tau(const std::vector<double>& a, const std::vector<double>& b) {
  double score = 0, pairs_a = 0, pairs_b = 0;
  const auto sign = [](double x) { return (x > 0) - (x < 0); };
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int in_a = sign(a[i] - a[j]), in_b = sign(b[i] - b[j]);
      score += in_a * in_b;
      pairs_a += in_a * in_a;
      pairs_b += in_b * in_b;
    }
  }
  return pairs_a > 0 && pairs_b > 0 ? score / std::sqrt(pairs_a * pairs_b) : kNoCorrelation;
}

}  // namespace voxarena
