// What is recalled for a slice: which maps at which place in time, which pointers at which
// distance.
#include "plugins/sam/sam2/memory_bank.h"

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <utility>

namespace voxarena {
namespace {

using Pairs = std::vector<std::pair<std::int64_t, std::int64_t>>;

sam2::Memory memory(std::int64_t slice) {
  return {at::full({}, slice, at::kLong), at::full({}, slice, at::kLong)};
}

// (slice, place) and (slice, distance)
std::pair<Pairs, Pairs> recalled(const sam2::MemoryBank& bank, std::int64_t slice,
                                 const sam2::RecallOptions& options) {
  const sam2::Recollection out = sam2::recall(bank, slice, options);
  std::pair<Pairs, Pairs> pairs;
  for (const auto& [map, place] : out.maps)
    pairs.first.emplace_back(map.item<std::int64_t>(), place);
  for (const auto& [pointer, distance] : out.pointers) {
    pairs.second.emplace_back(pointer.item<std::int64_t>(), static_cast<std::int64_t>(distance));
  }
  return pairs;
}

// Five slices with supports as pseudo-slices 5, 6 and 7 behind them.
sam2::MemoryBank five_slices(const std::vector<std::int64_t>& predicted) {
  sam2::MemoryBank bank;
  for (const std::int64_t i : {5, 6, 7}) bank.given[i] = memory(i);
  for (const std::int64_t i : predicted) bank.predicted[i] = memory(i);
  return bank;
}

TEST(MemoryBank, BackwardsSeesSupportsAheadAsBehind) {
  const auto [maps, pointers] = recalled(five_slices({2}), 1, {.backwards = true, .slices = 8});
  EXPECT_EQ(maps, (Pairs{{5, 0}, {6, 0}, {7, 0}, {2, 1}}));
  EXPECT_EQ(pointers, (Pairs{{5, 4}, {6, 5}, {7, 6}, {2, 1}}));
}

TEST(MemoryBank, ForwardsDropsPointersOfWhatLiesAhead) {
  const sam2::MemoryBank bank = five_slices({0, 1, 2});
  const auto [maps, pointers] = recalled(bank, 3, {.slices = 8});
  EXPECT_EQ(maps, (Pairs{{5, 0}, {6, 0}, {7, 0}, {0, 3}, {1, 2}, {2, 1}}));
  EXPECT_EQ(pointers, (Pairs{{2, 1}, {1, 2}, {0, 3}}));
  const auto everywhere = recalled(bank, 3, {.slices = 8, .pointers_from_behind = false}).second;
  EXPECT_EQ(everywhere, (Pairs{{5, -2}, {6, -3}, {7, -4}, {2, 1}, {1, 2}, {0, 3}}));
}

TEST(MemoryBank, SixMapsAndFifteenPointersAtMost) {
  sam2::MemoryBank bank;
  for (std::int64_t i = 0; i < 40; ++i) bank.predicted[i] = memory(i);
  const sam2::Recollection all = sam2::recall(bank, 30, {.slices = 43});
  EXPECT_EQ(all.maps.size(), 6);
  EXPECT_EQ(all.pointers.size(), 15);
  EXPECT_EQ(all.pointer_span, 15);
  const sam2::Recollection few = sam2::recall(bank, 30, {.neighbours = 1, .slices = 4});
  EXPECT_EQ(few.maps.size(), 1);
  EXPECT_EQ(few.pointers.size(), 3);
  EXPECT_EQ(few.pointer_span, 3);
  EXPECT_TRUE(sam2::recall(bank, 30, {.neighbours = 0}).maps.empty());
}

}  // namespace
}  // namespace voxarena
