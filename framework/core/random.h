// Randomness. `CounterRandom` is what VoxArena itself draws from: a stream is named by numbers
// (seed, epoch, sample, transform), so that results depend neither on the number of threads nor on
// where a run was resumed. `NumpyRandom` repeats numpy's RandomState, for the splits and samples
// that nnU-Net draws with it.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace voxarena {

// Philox4x32-10 (Salmon et al., SC 2011).
class CounterRandom {
 public:
  CounterRandom(std::uint64_t seed, std::initializer_list<std::uint64_t> stream);

  std::uint32_t next();
  double uniform();                                           // [0, 1)
  double uniform(double low, double high);                    // [low, high)
  std::int64_t integer(std::int64_t low, std::int64_t high);  // [low, high], both ends included
  bool chance(double probability) { return uniform() < probability; }
  double normal();  // mean 0, standard deviation 1

 private:
  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 4> counter_{};
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
  bool has_spare_ = false;
  double spare_ = 0;
};

// numpy.random.RandomState(seed): MT19937 with masked rejection.
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed) : engine_(seed) {}

  std::uint32_t word() { return engine_(); }
  // Uniform in [0, max], as randint(0, max + 1) and shuffle draw it.
  std::uint32_t bounded(std::uint32_t max);
  // Fisher-Yates from the end, as RandomState.shuffle.
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (std::size_t i = values.size(); i-- > 1;)
      std::swap(values[i], values[bounded(static_cast<std::uint32_t>(i))]);
  }

 private:
  // std::mt19937 with words of 32 bits, which libstdc++ twists twice as fast as its words of 64
  // bits.
  std::mersenne_twister_engine<std::uint32_t, 32, 624, 397, 31, 0x9908b0dfU, 11, 0xffffffffU, 7,
                               0x9d2c5680U, 15, 0xefc60000U, 18, 1812433253U>
      engine_;
};

}  // namespace voxarena
