#include "evaluation/statistics/distributions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace voxarena {
namespace {

constexpr double kTiny = 1e-300;
constexpr double kPrecision = 1e-15;
constexpr int kMostTerms = 10000;

// Regularised incomplete beta function by its continued fraction (modified Lentz; Numerical Recipes
// 6.4).
double beta_fraction(double a, double b, double x) {
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::abs(d) < kTiny ? kTiny : d);
  double value = d;
  for (int m = 1; m < kMostTerms; ++m) {
    const auto step = [&](double numerator) {
      d = 1 + numerator * d;
      d = 1 / (std::abs(d) < kTiny ? kTiny : d);
      c = 1 + numerator / c;
      if (std::abs(c) < kTiny) c = kTiny;
      value *= d * c;
    };
    step(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
    step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
    if (std::abs(d * c - 1) < kPrecision) break;
  }
  return value;
}

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

// Regularised upper incomplete gamma function (series below a + 1, continued fraction above).
double upper_gamma(double a, double x) {
  if (x <= 0) return 1;
  const double front = std::exp(a * std::log(x) - x - std::lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (int n = 1; n < kMostTerms && term > sum * kPrecision; ++n) sum += term *= x / (a + n);
    return 1 - front * sum;
  }
  double b = x + 1 - a, c = 1 / kTiny, d = 1 / b, value = d;
  for (int n = 1; n < kMostTerms; ++n) {
    const double numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    value *= d * c;
    if (std::abs(d * c - 1) < kPrecision) break;
  }
  return front * value;
}

}  // namespace

double normal_cdf(double x) { return std::erfc(-x / std::sqrt(2.0)) / 2; }

double normal_quantile(double p) {
  if (p <= 0) return -std::numeric_limits<double>::infinity();
  if (p >= 1) return std::numeric_limits<double>::infinity();
  if (p > 0.5) return -normal_quantile(1 - p);
  // Halley's method from the tail's asymptote.
  double x = p > 0.2 ? 0 : -std::sqrt(-2 * std::log(p));
  for (int i = 0; i < 60; ++i) {
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::acos(-1.0));
    const double newton = (normal_cdf(x) - p) / density;
    const double step = newton / (1 + x * newton / 2);
    x -= step;
    if (std::abs(step) < 1e-15 * std::max(1.0, std::abs(x))) break;
  }
  return x;
}

double student_sf(double t, double df) {
  const double tail = incomplete_beta(df / 2, 0.5, df / (df + t * t)) / 2;
  return t >= 0 ? tail : 1 - tail;
}

double f_sf(double f, double df1, double df2) {
  if (f <= 0) return 1;
  return incomplete_beta(df2 / 2, df1 / 2, df2 / (df2 + df1 * f));
}

double chi_squared_sf(double x, double df) { return upper_gamma(df / 2, x / 2); }

}  // namespace voxarena
