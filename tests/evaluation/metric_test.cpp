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

TEST(Metric, WithoutARuleForOneEmptyMaskOverlapsKeepTheirValue) {
  const EvaluationSettings none{.empty_reference = EmptyValue::undefined,
                                .empty_prediction = EmptyValue::undefined};
  const Counts no_reference{.tp = 0, .fp = 5, .fn = 0, .tn = 15};
  const Counts no_prediction{.tp = 0, .fp = 0, .fn = 5, .tn = 15};
  for (const Counts& counts : {no_reference, no_prediction}) {
    for (const char* overlap :
         {"Dice", "IoU", "NSD", "Boundary IoU", "clDice", "Lesion F1", "Lesion Dice", "PQ"})
      EXPECT_EQ(value_of(overlap, counts, none), 0) << overlap << ": nothing is in common";
    for (const char* distance : {"HD", "HD95", "HD95:medpy", "ASSD", "MASD"})
      EXPECT_TRUE(std::isnan(value_of(distance, counts, none))) << distance;
    EXPECT_DOUBLE_EQ(value_of("AVD", counts, none), 0.005);
  }
  EXPECT_DOUBLE_EQ(value_of("Specificity", no_reference, none), 0.75);
  EXPECT_EQ(value_of("Specificity", no_prediction, none), 1);
  EXPECT_EQ(value_of("Precision", no_reference, none), 0);
  EXPECT_TRUE(std::isnan(value_of("Precision", no_prediction, none))) << "a share of nothing";
  EXPECT_EQ(value_of("Sensitivity", no_prediction, none), 0);
  EXPECT_TRUE(std::isnan(value_of("Sensitivity", no_reference, none))) << "a share of nothing";
}

TEST(Metric, WhatMayBeUndefinedIsWhatIs) {
  const Counts empty{}, no_reference{.fp = 5}, no_prediction{.fn = 5};
  for (const EmptyValue rule : {EmptyValue::worst, EmptyValue::undefined}) {
    const EvaluationSettings settings{.empty_reference = rule, .empty_prediction = rule};
    for (const Metric& metric : metrics()) {
      if (metric.direction == Direction::count) continue;
      for (const Counts& counts : {empty, no_reference, no_prediction}) {
        EXPECT_EQ(std::isnan(value_of(metric.key().c_str(), counts, settings)),
                  may_be_undefined(metric, counts.n_ref() == 0, counts.n_pred() == 0, settings))
            << metric.key();
      }
    }
  }
}

TEST(Metric, SpecificityIsOneWhereTheReferenceFillsTheImage) {
  EXPECT_EQ(value_of("Specificity", {.tp = 30, .fp = 0, .fn = 6, .tn = 0}), 1);
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
