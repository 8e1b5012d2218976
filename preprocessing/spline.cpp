#include "preprocessing/spline.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "voxarena/core/error.h"
#include "voxarena/core/parallel.h"

namespace voxarena {
namespace {

constexpr std::int64_t kPadding = 12;           // repeated values at each end
constexpr std::int64_t kLines = 16;             // filtered side by side, for vector instructions
constexpr double kPole = -0.26794919243112270;  // sqrt(3) - 2
constexpr double kGain = 6;                     // (1 - pole)(1 - 1/pole)
constexpr int kHorizon = 30;                    // pole^30 is below the precision of a double

// Cubic B-spline weights of the four knots around a position `t` in [0, 1) behind the second one.
void cubic_weights(double t, double* w) {
  const double s = 1 - t;
  w[0] = s * s * s / 6;
  w[1] = (t * t * (t - 2) * 3 + 4) / 6;
  w[2] = (s * s * (s - 2) * 3 + 4) / 6;
  w[3] = 1 - w[0] - w[1] - w[2];
}

// Arrays of lines are position-major: kLines values for each position. No fused operations: results
// are the same on every machine.

// `n` samples, multiplied by kGain → B-spline coefficients in place: a causal and an anticausal
// recursion.
__attribute__((target_clones("avx2", "default"))) void prefilter(double* c, std::int64_t n) {
  double state[kLines];
  std::copy_n(c, kLines, state);
  double power = kPole;
  // The signal is mirrored before its start.
  for (std::int64_t k = 0; k < kHorizon; ++k, power *= kPole) {
    const std::int64_t period = k % (2 * n);
    const double* mirrored = c + (period < n ? period : 2 * n - 1 - period) * kLines;
    for (std::int64_t l = 0; l < kLines; ++l) state[l] += power * mirrored[l];
  }
  std::copy_n(state, kLines, c);
  for (std::int64_t i = 1; i < n; ++i) {
    double* now = c + i * kLines;
    for (std::int64_t l = 0; l < kLines; ++l) now[l] = state[l] = now[l] + kPole * state[l];
  }
  double* last = c + (n - 1) * kLines;
  for (std::int64_t l = 0; l < kLines; ++l) last[l] = state[l] = last[l] * (kPole / (kPole - 1));
  for (std::int64_t i = n - 1; i-- > 0;) {
    double* now = c + i * kLines;
    for (std::int64_t l = 0; l < kLines; ++l) now[l] = state[l] = kPole * (state[l] - now[l]);
  }
}

// Weighted sums of four knots: `out` positions.
__attribute__((target_clones("avx2", "default"))) void sum_four(const double* source,
                                                                const std::int64_t* first,
                                                                const double* weights,
                                                                std::int64_t out, double* sums) {
  for (std::int64_t i = 0; i < out; ++i, weights += 4, sums += kLines) {
    const double* knot = source + first[i] * kLines;
    for (std::int64_t l = 0; l < kLines; ++l) {
      sums[l] = weights[0] * knot[l] + weights[1] * knot[l + kLines] +
                weights[2] * knot[l + 2 * kLines] + weights[3] * knot[l + 3 * kLines];
    }
  }
}

// Of any number of knots.
void sum_taps(const double* source, const AxisSampler& sampler, double* sums) {
  const double* weight = sampler.weights.data();
  for (std::int64_t i = 0; i < sampler.out; ++i, sums += kLines) {
    const double* knot = source + sampler.first[static_cast<std::size_t>(i)] * kLines;
    std::fill_n(sums, kLines, 0.0);
    for (int t = 0; t < sampler.taps; ++t, ++weight, knot += kLines) {
      for (std::int64_t l = 0; l < kLines; ++l) sums[l] += *weight * knot[l];
    }
  }
}

// Up to kLines neighbouring lines, from gathering to scattering.
class LineBlock {
 public:
  explicit LineBlock(const AxisSampler& sampler)
      : sampler_(sampler),
        padding_(sampler.taps == 4 ? kPadding : 0),
        length_(sampler.in + 2 * padding_),
        source_(static_cast<std::size_t>(length_ * kLines)),
        sums_(static_cast<std::size_t>(sampler.out * kLines)) {}

  // Element (position i, line l) is at base + i · step + l · between.
  template <class From, class To>
  void run(const From* from, std::int64_t from_step, std::int64_t from_between, To* to,
           std::int64_t to_step, std::int64_t to_between, std::int64_t lines) {
    const double gain = sampler_.taps == 4 ? kGain : 1;
    double* filled = source_.data();
    for (std::int64_t i = 0; i < length_; ++i, filled += kLines) {
      const From* position =
          from + std::clamp<std::int64_t>(i - padding_, 0, sampler_.in - 1) * from_step;
      for (std::int64_t l = 0; l < lines; ++l)
        filled[l] = gain * static_cast<double>(position[l * from_between]);
    }
    if (sampler_.taps == 4) {
      prefilter(source_.data(), length_);
      sum_four(source_.data(), sampler_.first.data(), sampler_.weights.data(), sampler_.out,
               sums_.data());
    } else {
      sum_taps(source_.data(), sampler_, sums_.data());
    }
    const double* sums = sums_.data();
    for (std::int64_t i = 0; i < sampler_.out; ++i, sums += kLines) {
      To* position = to + i * to_step;
      for (std::int64_t l = 0; l < lines; ++l) position[l * to_between] = static_cast<To>(sums[l]);
    }
  }

 private:
  const AxisSampler& sampler_;
  std::int64_t padding_;
  std::int64_t length_;
  std::vector<double> source_, sums_;
};

}  // namespace

double sample_position(std::int64_t i, std::int64_t in, std::int64_t out) {
  return (static_cast<double>(i) + 0.5) * (static_cast<double>(in) / static_cast<double>(out)) -
         0.5;
}

std::int64_t nearest_sample(std::int64_t i, std::int64_t in, std::int64_t out) {
  const double u = std::clamp(sample_position(i, in, out), 0.0, static_cast<double>(in - 1));
  return static_cast<std::int64_t>(std::floor(u + 0.5));
}

AxisSampler make_axis_sampler(std::int64_t in, std::int64_t out, int order) {
  if (order != 0 && order != 1 && order != 3) {
    throw Error::input(fmt::format("interpolation order {} is not supported", order),
                       "use 0, 1 or 3 in the plans");
  }
  AxisSampler sampler{.in = in, .out = out, .taps = order + 1, .first = {}, .weights = {}};
  sampler.weights.resize(static_cast<std::size_t>(out * sampler.taps));
  for (std::int64_t i = 0; i < out; ++i) {
    double* w = sampler.weights.data() + i * sampler.taps;
    const double u = std::clamp(sample_position(i, in, out), -0.5, static_cast<double>(in) - 0.5);
    if (order == 0) {
      sampler.first.push_back(nearest_sample(i, in, out));
      w[0] = 1;
    } else if (order == 1) {
      const double inside = std::clamp(u, 0.0, static_cast<double>(in - 1));
      // The last position has no right neighbour: it is the second tap of the pair before it.
      const std::int64_t left =
          std::min(static_cast<std::int64_t>(inside), std::max<std::int64_t>(in - 2, 0));
      sampler.first.push_back(left);
      w[1] = inside - static_cast<double>(left);
      w[0] = 1 - w[1];
    } else {
      const double left = std::floor(u);
      sampler.first.push_back(static_cast<std::int64_t>(left) - 1 + kPadding);
      cubic_weights(u - left, w);
    }
  }
  if (order == 1 && in == 1) {  // a single value has no pair
    sampler.taps = 1;
    sampler.weights.assign(static_cast<std::size_t>(out), 1.0);
  }
  return sampler;
}

template <class From, class To>
void resample_axis(const From* values, To* out, std::int64_t outer, std::int64_t inner,
                   const AxisSampler& sampler, int threads) {
  // Lines of one block lie side by side: along `inner`, or along `outer` where the axis is the last
  // one.
  const bool last_axis = inner == 1;
  const std::int64_t slabs = last_axis ? 1 : outer;
  const std::int64_t across = last_axis ? outer : inner;
  const std::int64_t blocks = (across + kLines - 1) / kLines;
  constexpr std::int64_t kBlocksPerTask = 32;
  const std::int64_t tasks = (slabs * blocks + kBlocksPerTask - 1) / kBlocksPerTask;
  parallel_for(tasks, threads, [&](std::int64_t task) {
    LineBlock block(sampler);
    const std::int64_t end = std::min((task + 1) * kBlocksPerTask, slabs * blocks);
    for (std::int64_t b = task * kBlocksPerTask; b < end; ++b) {
      const std::int64_t slab = b / blocks;
      const std::int64_t line = b % blocks * kLines;
      const std::int64_t lines = std::min(kLines, across - line);
      const From* from = values + slab * sampler.in * inner + line * (last_axis ? sampler.in : 1);
      To* to = out + slab * sampler.out * inner + line * (last_axis ? sampler.out : 1);
      block.run(from, inner, last_axis ? sampler.in : 1, to, inner, last_axis ? sampler.out : 1,
                lines);
    }
  });
}

template void resample_axis(const float*, float*, std::int64_t, std::int64_t, const AxisSampler&,
                            int);
template void resample_axis(const float*, double*, std::int64_t, std::int64_t, const AxisSampler&,
                            int);
template void resample_axis(const double*, float*, std::int64_t, std::int64_t, const AxisSampler&,
                            int);
template void resample_axis(const double*, double*, std::int64_t, std::int64_t, const AxisSampler&,
                            int);

}  // namespace voxarena
