#include "training/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "voxarena/core/error.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plugin/model.h"

namespace voxarena {
namespace {

Budget budget(std::int64_t iterations, std::int64_t per_epoch) {
  Budget made;
  made.iterations = iterations;
  made.iterations_per_epoch = per_epoch;
  return made;
}

TEST(Schedule, DecaysOncePerEpochAsNnunet) {
  const Budget paper = budget(250'000, 250);
  EXPECT_EQ(epoch_count(paper), 1000);
  EXPECT_DOUBLE_EQ(learning_rate({}, paper, 0), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate({}, paper, 249), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate({}, paper, 250), 0.01 * std::pow(0.999, 0.9));
  EXPECT_DOUBLE_EQ(learning_rate({}, paper, 500 * 250), 0.01 * std::pow(0.5, 0.9));
  EXPECT_GT(learning_rate({}, paper, 249'999), 0);
}

TEST(Schedule, LastEpochMayBeShort) {
  const Budget odd = budget(25, 10);
  EXPECT_EQ(epoch_count(odd), 3);
  EXPECT_EQ(steps_of_epoch(odd, 0), 10);
  EXPECT_EQ(steps_of_epoch(odd, 2), 5);
  EXPECT_EQ(steps_of_epoch(odd, 3), 0);
}

TEST(Schedule, WarmsUpLinearly) {
  Recipe recipe;
  recipe.warmup_iterations = 4;
  const Budget one_epoch = budget(10, 10);
  EXPECT_DOUBLE_EQ(learning_rate(recipe, one_epoch, 0), 0.0025);
  EXPECT_DOUBLE_EQ(learning_rate(recipe, one_epoch, 3), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate(recipe, one_epoch, 4), 0.01);
}

TEST(Schedule, RefusesAnEmptyBudget) {
  EXPECT_THROW(epoch_count(budget(0, 10)), Error);
  EXPECT_THROW(epoch_count(budget(10, 0)), Error);
}

}  // namespace
}  // namespace voxarena
