#include "benchmark/run_setup.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace voxarena {
namespace {

TEST(ListDifferences, NothingForEqualValues) {
  EXPECT_TRUE(list_differences({{"batch_size", 2}}, {{"batch_size", 2}}).empty());
}

TEST(ListDifferences, OneLineAValueWithItsPath) {
  const Json standard = {{"batch_size", 2}, {"architecture", {{"stages", 4}, {"width", 16}}}};
  const Json actual = {{"batch_size", 4}, {"architecture", {{"stages", 4}, {"width", 32}}}};
  EXPECT_EQ(list_differences(standard, actual),
            (std::vector<std::string>{"batch_size: 4 instead of 2",
                                      "architecture.width: 32 instead of 16"}));
}

TEST(ListDifferences, KeysOnOneSideOnly) {
  EXPECT_EQ(list_differences({{"a", 1}}, {{"b", true}}),
            (std::vector<std::string>{"b: true instead of null", "a: null instead of 1"}));
}

TEST(EffectivePlans, HoldTheRunsOwnConfigurationOnly) {
  Plans plans;
  plans.dataset_name = "Dataset900_Phantom";
  plans.configurations.resize(2);
  Plan plan;
  plan.configuration.name = "3d_fullres";
  plan.configuration.batch_size = 7;
  const Plans effective = effective_plans(plans, plan);
  EXPECT_EQ(effective.dataset_name, "Dataset900_Phantom");
  ASSERT_EQ(effective.configurations.size(), 1U);
  EXPECT_EQ(effective.configurations[0].batch_size, 7);
}

}  // namespace
}  // namespace voxarena
