#include "voxarena/core/random.h"

#include <cmath>
#include <numbers>

namespace voxarena {
namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t mix(std::uint64_t x) {  // finaliser of SplitMix64
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> c,
                                    std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = 0xD2511F53ULL * c[0];
    const std::uint64_t b = 0xCD9E8D57ULL * c[2];
    c = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(a)};
    k[0] += 0x9E3779B9U;
    k[1] += 0xBB67AE85U;
  }
  return c;
}

}  // namespace

CounterRandom::CounterRandom(std::uint64_t seed, std::initializer_list<std::uint64_t> stream) {
  key_ = {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
  std::uint64_t name = 0;
  for (const std::uint64_t part : stream) name = mix(name ^ mix(part));
  counter_[2] = static_cast<std::uint32_t>(name);
  counter_[3] = static_cast<std::uint32_t>(name >> 32);
}

std::uint32_t CounterRandom::next() {
  if (used_ == 4) {
    block_ = philox(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    used_ = 0;
  }
  return block_[used_++];
}

double CounterRandom::uniform() {
  const std::uint64_t high = next() >> 5;
  const std::uint64_t low = next() >> 6;
  return static_cast<double>((high << 26) | low) * 0x1.0p-53;
}

double CounterRandom::uniform(double low, double high) { return low + (high - low) * uniform(); }

std::int64_t CounterRandom::integer(std::int64_t low, std::int64_t high) {
  const auto span = static_cast<std::uint64_t>(high - low) + 1;
  const std::uint64_t word = (static_cast<std::uint64_t>(next()) << 32) | next();
  // Multiply-shift: the bias of at most span / 2^64 is far below what any draw here can show.
  const auto offset = static_cast<std::uint64_t>((static_cast<Wide>(word) * span) >> 64);
  return low + static_cast<std::int64_t>(offset);
}

double CounterRandom::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

std::uint32_t NumpyRandom::bounded(std::uint32_t max) {
  if (max == 0) return 0;
  std::uint32_t mask = max;
  for (int shift = 1; shift < 32; shift *= 2) mask |= mask >> shift;
  std::uint32_t value = word() & mask;
  while (value > max) value = word() & mask;
  return value;
}

}  // namespace voxarena
