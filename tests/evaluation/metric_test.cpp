#include "evaluation/metric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

double value_of(const char* metric, const Counts& counts, const EvaluationSettings& settings = {}) {
  LabelImage nothing;
  nothing.voxels = Volume<std::int16_t>(1, {2, 3, 6});
  ClassShapes shapes(nothing, nothing, {}, {1}, std::nullopt);
  return evaluate_metric(find_metric(metric), {counts, shapes, nothing, 1}, settings);
}

TEST(Metric, OverlapFromCounts) {
  const Counts counts{.tp = 6, .fp = 2, .fn = 4, .tn = 88};
  EXPECT_DOUBLE_EQ(value_of("Dice", counts), 12.0 / 18.0);
  EXPECT_DOUBLE_EQ(value_of("IoU", counts), 6.0 / 12.0);
  EXPECT_EQ(value_of("TP", counts), 6);
  EXPECT_EQ(value_of("FP", counts), 2);
  EXPECT_EQ(value_of("FN", counts), 4);
  EXPECT_EQ(value_of("TN", counts), 88);
  EXPECT_EQ(value_of("n_pred", counts), 8);
  EXPECT_EQ(value_of("n_ref", counts), 10);
}

TEST(Metric, BothMasksEmptyFollowsThePolicy) {
  const Counts empty{.tp = 0, .fp = 0, .fn = 0, .tn = 100};
  EXPECT_TRUE(std::isnan(value_of("Dice", empty)));
  EXPECT_TRUE(std::isnan(value_of("IoU", empty)));
  EXPECT_EQ(value_of("Dice", empty, {.both_empty = EmptyValue::best}), 1);
  EXPECT_EQ(value_of("HD95", empty, {.both_empty = EmptyValue::best}), 0);
  EXPECT_EQ(value_of("TN", empty), 100) << "counts are never undefined";
}

TEST(Metric, OneEmptyMaskIsTheWorstValueUnlessTheSettingsSayOtherwise) {
  const Counts no_reference{.tp = 0, .fp = 5, .fn = 0, .tn = 9};
  const Counts no_prediction{.tp = 0, .fp = 0, .fn = 5, .tn = 9};
  for (const Counts& counts : {no_reference, no_prediction}) {
    EXPECT_EQ(value_of("Dice", counts), 0);
    EXPECT_EQ(value_of("HD95", counts), 7) << "the diagonal of 2 x 3 x 6 mm";
    EXPECT_DOUBLE_EQ(value_of("AVD", counts), 0.005) << "needs no rule";
  }
  const EvaluationSettings lenient{.empty_reference = EmptyValue::undefined};
  EXPECT_TRUE(std::isnan(value_of("HD95", no_reference, lenient)));
  EXPECT_EQ(value_of("HD95", no_prediction, lenient), 7);
}

TEST(Metric, SharesOfVoxels) {
  const Counts counts{.tp = 6, .fp = 2, .fn = 4, .tn = 88};
  EXPECT_DOUBLE_EQ(value_of("Sensitivity", counts), 0.6);
  EXPECT_DOUBLE_EQ(value_of("Precision", counts), 0.75);
  EXPECT_DOUBLE_EQ(value_of("Specificity", counts), 88.0 / 90.0);
  EXPECT_DOUBLE_EQ(value_of("AVD", counts), 0.002) << "two voxels of 1 mm³, in ml";
}

TEST(Metric, FlavoursAndPercentilesAreFoundByKey) {
  EXPECT_EQ(find_metric("HD95").flavour, "subvoxel");
  EXPECT_EQ(find_metric("HD95").key(), "HD95");
  EXPECT_EQ(find_metric("HD95:medpy").flavour, "medpy");
  EXPECT_EQ(find_metric("HD95:medpy").key(), "HD95:medpy");
  EXPECT_EQ(find_metric("HD99.5").name, "HD99.5");
  EXPECT_EQ(find_metric("HD99.5").key(), "HD99.5");
  EXPECT_EQ(find_metric("HD99.5:monai").key(), "HD99.5:monai");
  EXPECT_THROW(find_metric("HD0"), Error);
  EXPECT_THROW(find_metric("HD101"), Error);
  EXPECT_THROW(find_metric("Dice:medpy"), Error);
}

TEST(Metric, EveryRegisteredMetricSaysWhatItIs) {
  std::set<std::pair<std::string, std::string>> names;
  for (const Metric& metric : metrics()) {
    EXPECT_TRUE(names.insert({metric.name, metric.flavour}).second)
        << metric.name << " is registered twice";
    EXPECT_FALSE(metric.name.empty() || metric.flavour.empty() || metric.unit.empty())
        << metric.name;
    EXPECT_LT(metric.lowest, metric.highest) << metric.name;
    if (metric.direction == Direction::count) continue;
    EXPECT_FALSE(metric.citation.empty()) << metric.name;
    EXPECT_NE(metric.worst(), metric.best()) << metric.name;
  }
}

TEST(Metric, WorstAndBestFollowTheDirection) {
  Metric distance{.name = "distance",
                  .flavour = "x",
                  .direction = Direction::higher_is_better,
                  .unit = "mm",
                  .lowest = 0,
                  .highest = 300,
                  .citation = {},
                  .defined_if_empty = false,
                  .compute = {}};
  EXPECT_EQ(distance.worst(), 0);
  distance.direction = Direction::lower_is_better;
  EXPECT_EQ(distance.worst(), 300);
  EXPECT_EQ(distance.best(), 0);
  distance.direction = Direction::count;
  EXPECT_TRUE(std::isnan(distance.worst()));
}

TEST(Metric, UnknownNameListsTheKnownOnes) {
  try {
    find_metric("Dise");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::usage);
    EXPECT_NE(error.hint().find("Dice, IoU"), std::string::npos) << error.hint();
  }
}

}  // namespace
}  // namespace voxarena
