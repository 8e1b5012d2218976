// Probability distributions that tests need, to about 1e-12.
#pragma once

namespace voxarena {

double normal_cdf(double x);
double normal_quantile(double p);               // -inf at 0, inf at 1
double student_sf(double t, double df);         // P(T > t)
double f_sf(double f, double df1, double df2);  // P(F > f)
double chi_squared_sf(double x, double df);

}  // namespace voxarena
