// Interpolation of a volume along one axis: nearest, linear or cubic B-spline. Resizing a volume is
// one pass per axis.
//
// Samples lie at u = (i + 0.5) · n_in / n_out - 0.5 and values beyond the ends repeat the last one.
// The cubic spline is that of scipy.ndimage.zoom(mode='nearest', grid_mode=True): twelve repeated
// values at each end, then coefficients under half-sample symmetry (Unser, "Splines: a perfect
// fit", IEEE Signal Processing Magazine 1999).
#pragma once

#include <cstdint>
#include <vector>

namespace voxarena {

struct AxisSampler {
  std::int64_t in = 0, out = 0;
  int taps = 1;  // 1 nearest, 2 linear, 4 cubic
  std::vector<std::int64_t>
      first;  // per output: index of the first tap (cubic: into the padded coefficients)
  std::vector<double> weights;  // out × taps
};

// `order` is 0, 1 or 3. Error (input) otherwise.
AxisSampler make_axis_sampler(std::int64_t in, std::int64_t out, int order);

// Position of output `i` in input coordinates.
double sample_position(std::int64_t i, std::int64_t in, std::int64_t out);
// Its nearest input index.
std::int64_t nearest_sample(std::int64_t i, std::int64_t in, std::int64_t out);

// `values` is (outer, sampler.in, inner), `out` (outer, sampler.out, inner). Computed in double,
// for float and double on either side.
template <class From, class To>
void resample_axis(const From* values, To* out, std::int64_t outer, std::int64_t inner,
                   const AxisSampler& sampler, int threads);

}  // namespace voxarena
