#include "voxarena/core/memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

TEST(MemoryBudget, WhatWouldNotFitAloneIsAnErrorThatSaysHowMuchIsNeeded) {
  MemoryBudget budget(1 << 20);
  try {
    const auto share = budget.take("preprocessing", 3 << 20);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "preprocessing needs 3.0 MiB of memory, 1.0 MiB are available");
    EXPECT_NE(error.hint().find("--memory"), std::string::npos);
  }
}

TEST(MemoryBudget, PiecesWaitUntilTheyFitBesideTheOthers) {
  MemoryBudget budget(100);
  std::atomic<int> used = 0, most = 0, done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, need = 30 + i] {
      for (int round = 0; round < 200; ++round) {
        const auto share = budget.take("piece", need);
        const int now = used += need;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        std::this_thread::yield();
        used -= need;
      }
      ++done;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 8);
  EXPECT_LE(most, 100);
  EXPECT_GT(most, 0);
}

TEST(Memory, BytesAreReadable) {
  EXPECT_EQ(format_bytes(512LL << 20), "512.0 MiB");
  EXPECT_EQ(format_bytes(std::int64_t{3277} << 20), "3.2 GiB");
  EXPECT_GT(available_memory(), 1 << 20);
}

}  // namespace
}  // namespace voxarena
