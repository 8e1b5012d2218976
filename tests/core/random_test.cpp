#include "voxarena/core/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace voxarena {
namespace {

// Random123's known-answer test for philox4x32-10 with counter 0 and key 0.
TEST(CounterRandom, philox_known_answer) {
  CounterRandom random(0, {});
  EXPECT_EQ(random.next(), 0x6627e8d5U);
  EXPECT_EQ(random.next(), 0xe169c58dU);
  EXPECT_EQ(random.next(), 0xbc57ac4cU);
  EXPECT_EQ(random.next(), 0x9b00dbd8U);
}

TEST(CounterRandom, streams_are_reproducible_and_different) {
  CounterRandom a(1, {3, 4}), same(1, {3, 4}), other_order(1, {4, 3}), other_seed(2, {3, 4}),
      longer(1, {3, 4, 0});
  for (int i = 0; i < 10; ++i) {
    const std::uint32_t value = a.next();
    EXPECT_EQ(value, same.next());
    EXPECT_NE(value, other_order.next());
    EXPECT_NE(value, other_seed.next());
    EXPECT_NE(value, longer.next());
  }
}

TEST(CounterRandom, uniform_and_normal_have_their_moments) {
  CounterRandom random(7, {1});
  constexpr int kCount = 100'000;
  double sum = 0, square_sum = 0, normal_sum = 0, normal_square_sum = 0;
  for (int i = 0; i < kCount; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    square_sum += u * u;
    const double n = random.normal();
    normal_sum += n;
    normal_square_sum += n * n;
  }
  EXPECT_NEAR(sum / kCount, 0.5, 0.005);
  EXPECT_NEAR(square_sum / kCount, 1.0 / 3, 0.005);
  EXPECT_NEAR(normal_sum / kCount, 0, 0.015);
  EXPECT_NEAR(normal_square_sum / kCount, 1, 0.02);
}

TEST(CounterRandom, integers_reach_both_ends_evenly) {
  CounterRandom random(7, {2});
  std::vector<int> counts(5);
  for (int i = 0; i < 50'000; ++i) ++counts.at(static_cast<std::size_t>(random.integer(-2, 2) + 2));
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 400);
  EXPECT_EQ(random.integer(9, 9), 9);
}

// tests/golden/splits/make.py
TEST(NumpyRandom, words_of_seed_1234) {
  NumpyRandom random(1234);
  for (const std::uint32_t word :
       {822569775U, 2137449171U, 2671936806U, 3512589365U, 1880026316U}) {
    EXPECT_EQ(random.word(), word);
  }
}

TEST(NumpyRandom, randint) {
  NumpyRandom random(1234);
  for (const std::uint32_t value : {815U, 723U, 294U, 53U, 204U})
    EXPECT_EQ(random.bounded(999), value);
}

TEST(NumpyRandom, shuffle) {
  std::vector<int> values(10);
  std::iota(values.begin(), values.end(), 0);
  NumpyRandom(0).shuffle(values);
  EXPECT_EQ(values, (std::vector<int>{2, 8, 4, 9, 1, 6, 7, 3, 0, 5}));
}

}  // namespace
}  // namespace voxarena
