#include "evaluation/confusion.h"

#include <gtest/gtest.h>

#include "voxarena/core/error.h"
#include "voxarena/core/random.h"

namespace voxarena {
namespace {

Volume<std::int16_t> map_of(std::vector<std::int16_t> values) {
  Volume<std::int16_t> map(1, {1, 1, static_cast<std::int64_t>(values.size())});
  map.values = std::move(values);
  return map;
}

TEST(Confusion, CountsEveryClassInOnePass) {
  const Confusion confusion(map_of({0, 0, 1, 1, 2, 2, 2}), map_of({0, 1, 1, 2, 2, 2, 0}), {1, 2},
                            {});
  EXPECT_EQ(confusion.counts({1}), (Counts{.tp = 1, .fp = 1, .fn = 1, .tn = 4}));
  EXPECT_EQ(confusion.counts({2}), (Counts{.tp = 2, .fp = 1, .fn = 1, .tn = 3}));
}

TEST(Confusion, RegionIsTheUnionOfItsValues) {
  // One organ taken for the other is right for the region that holds both.
  const Confusion confusion(map_of({1, 2, 0, 2}), map_of({2, 1, 1, 0}), {1, 2}, {});
  EXPECT_EQ(confusion.counts({1, 2}), (Counts{.tp = 2, .fp = 1, .fn = 1, .tn = 0}));
}

TEST(Confusion, LeavesOutIgnoredVoxelsOfTheReference) {
  const Confusion confusion(map_of({1, 3, 3, 0}), map_of({1, 1, 0, 3}), {1, 2}, 3);
  EXPECT_EQ(confusion.counts({1}), (Counts{.tp = 1, .fp = 0, .fn = 0, .tn = 1}));
}

TEST(Confusion, TakesUndeclaredValuesForBackground) {
  const Confusion confusion(map_of({1, -1, 32767}), map_of({7, 1, 0}), {1}, {});
  EXPECT_EQ(confusion.counts({1}), (Counts{.tp = 0, .fp = 1, .fn = 1, .tn = 1}));
}

TEST(Confusion, AgreesWithCountingVoxelByVoxel) {
  Volume<std::int16_t> reference(1, {7, 11, 13});
  Volume<std::int16_t> prediction = reference;
  CounterRandom random(3, {1, 4});
  for (auto& value : reference.values) value = static_cast<std::int16_t>(random.integer(0, 4));
  for (auto& value : prediction.values) value = static_cast<std::int16_t>(random.integer(0, 3));
  const Confusion confusion(reference, prediction, {1, 2, 3}, 4);
  for (const int label : {1, 2, 3}) {
    Counts expected;
    for (std::size_t i = 0; i < reference.values.size(); ++i) {
      if (reference.values[i] == 4) continue;
      const bool r = reference.values[i] == label;
      const bool p = prediction.values[i] == label;
      expected.tp += r && p;
      expected.fp += !r && p;
      expected.fn += r && !p;
      expected.tn += !r && !p;
    }
    EXPECT_EQ(confusion.counts({label}), expected) << label;
  }
}

TEST(Confusion, RefusesMapsOfDifferentSize) {
  EXPECT_THROW(Confusion(map_of({1}), map_of({1, 1}), {1}, {}), Error);
}

}  // namespace
}  // namespace voxarena
