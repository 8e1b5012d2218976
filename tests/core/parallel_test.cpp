#include "voxarena/core/parallel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

TEST(ParallelFor, visits_every_item_once) {
  for (const int threads : {1, 2, 8}) {
    std::vector<std::atomic<int>> visits(1000);
    parallel_for(1000, threads, [&](std::int64_t i) { ++visits[static_cast<std::size_t>(i)]; });
    EXPECT_TRUE(std::all_of(visits.begin(), visits.end(), [](const auto& count) {
      return count == 1;
    })) << threads;
  }
}

TEST(ParallelFor, keeps_to_the_number_of_threads) {
  std::atomic<int> busy{0}, most{0};
  parallel_for(64, 2, [&](std::int64_t) {
    const int now = ++busy;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    --busy;
  });
  EXPECT_LE(most, 2);
}

TEST(ParallelFor, one_thread_goes_in_order_on_the_caller) {
  std::vector<std::int64_t> order;
  parallel_for(4, 1, [&](std::int64_t i) { order.push_back(i); });
  EXPECT_EQ(order, (std::vector<std::int64_t>{0, 1, 2, 3}));
}

TEST(ParallelFor, passes_the_error_on) {
  const auto fail_at_7 = [](std::int64_t i) {
    if (i == 7) throw Error::input("case 7", "repair it");
  };
  EXPECT_INPUT_ERROR(parallel_for(100, 4, fail_at_7), "case 7");
}

TEST(ParallelFor, nothing_to_do) {
  parallel_for(0, 4, [](std::int64_t) { FAIL(); });
}

}  // namespace
}  // namespace voxarena
