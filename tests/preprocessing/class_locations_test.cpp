#include "preprocessing/class_locations.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/preprocessing/golden.h"

namespace voxarena {
namespace {

Labels labels_of(const Json& labels) {
  return Labels::from_dataset_json({{"labels", labels}}, "dataset.json");
}

TEST(ClassLocations, LargeClassesAreSampledAsNnunetDoes) {
  Volume<std::int16_t> seg(1, {110, 120, 100}, 1);
  std::fill_n(seg.values.begin(), 20 * 120 * 100, std::int16_t{2});
  const auto locations =
      class_locations(seg, labels_of({{"background", 0}, {"a", 1}, {"b", 2}, {"c", 3}}));
  const Json& expected = golden()["large_class"];
  for (const int label : {1, 2, 3}) {
    const Json& one = expected[static_cast<std::size_t>(label - 1)];
    EXPECT_EQ(locations.at(label).size(), one[0]);
    EXPECT_EQ(digest(locations.at(label)), one[1]);
  }
}

TEST(ClassLocations, EveryVoxelOfASmallClassOnce) {
  Volume<std::int16_t> seg(1, {1, 2, 3});
  seg.values = {0, 2, 2, 0, 0, 2};
  auto locations = class_locations(seg, labels_of({{"background", 0}, {"a", 1}, {"b", 2}}));
  EXPECT_TRUE(locations.at(1).empty());
  auto& found = locations.at(2);
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (std::vector<std::array<std::int32_t, 3>>{{0, 0, 1}, {0, 0, 2}, {0, 1, 2}}));
}

TEST(ClassLocations, EmptyLabelHasNoLocations) {
  const auto locations =
      class_locations(Volume<std::int16_t>(1, {2, 2, 2}), labels_of({{"background", 0}, {"a", 1}}));
  EXPECT_EQ(locations.size(), 1u);
  EXPECT_TRUE(locations.at(1).empty());
}

TEST(ClassLocations, AnnotatedVoxelsWhereThereIsAnIgnoreLabel) {
  Volume<std::int16_t> seg(1, {1, 1, 4});
  seg.values = {-1, 0, 1, 2};
  const auto locations =
      class_locations(seg, labels_of({{"background", 0}, {"a", 1}, {"ignore", 2}}));
  EXPECT_EQ(locations.at(1).size(), 1u);
  EXPECT_EQ(locations.at(kAnnotatedVoxels).size(), 3u) << "all but the ignored one";
  EXPECT_FALSE(locations.contains(2));
}

TEST(LocationLabels, NameRegionsAndAnnotatedVoxels) {
  EXPECT_TRUE(location_labels(labels_of({{"background", 0}, {"a", 1}, {"b", 2}})).empty());
  const auto ignoring = location_labels(labels_of({{"background", 0}, {"a", 1}, {"ignore", 2}}));
  ASSERT_EQ(ignoring.size(), 1U);
  EXPECT_EQ(ignoring.at(kAnnotatedVoxels), (LocationLabels{{-1, 0, 1}, true}));
  const Json regions = {
      {"labels", {{"background", 0}, {"whole", {2, 1}}, {"core", 2}, {"ignore", 3}}},
      {"regions_class_order", {1, 2}}};
  const auto named = location_labels(Labels::from_dataset_json(regions, "test"));
  ASSERT_EQ(named.size(), 3U);
  EXPECT_EQ(named.at(0), (LocationLabels{{2, 1}, true}));
  EXPECT_EQ(named.at(1), (LocationLabels{{2}, false}));
  EXPECT_EQ(named.at(kAnnotatedVoxels), (LocationLabels{{-1, 0, 1, 2}, true}));
}

}  // namespace
}  // namespace voxarena
