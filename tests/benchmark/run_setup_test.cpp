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

TEST(ChangedOptions, AreThoseThatDifferFromTheirDefaults) {
  const std::vector<Option> declared = {Option::text("weights", ""), Option::text("prompts", "all"),
                                        Option::text("adapters", "all"),
                                        Option::integer("queries", 0), Option::flag("deep", true)};
  const auto changed = [&](const Json& given) {
    return changed_options(Options::from_json(given, declared, "test"), declared);
  };
  EXPECT_EQ(changed(Json::object()), "");
  EXPECT_EQ(changed({{"prompts", "all"}, {"weights", "random"}}), "");
  EXPECT_EQ(changed({{"adapters", "none"}, {"prompts", "learned"}}),
            "prompts = learned, adapters = none");
  EXPECT_EQ(changed({{"queries", 8}, {"deep", false}, {"prompts", ""}}),
            "prompts = \"\", queries = 8, deep = false");
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
