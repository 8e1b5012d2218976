#include "training/label_rules.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <nlohmann/json.hpp>

#include "voxarena/core/json.h"
#include "voxarena/data/labels.h"

namespace voxarena {
namespace {

nn::TargetRules rules_of(const char* dataset_json) {
  return label_rules(
      Labels::from_dataset_json(parse_json(dataset_json, "dataset.json"), "dataset.json"));
}

TEST(LabelRules, PlainLabelsNeedNone) {
  const nn::TargetRules rules = rules_of(R"({"labels": {"background": 0, "a": 1, "b": [2]}})");
  EXPECT_FALSE(rules.has_regions());
  EXPECT_FALSE(rules.ignore);
}

TEST(LabelRules, RegionsFollowTheOrderOfTheirDeclaration) {
  const nn::TargetRules rules =
      rules_of(R"({"labels": {"background": 0, "whole": [1, 2, 3], "rim": 3, "core": [2, 3],
                              "ignore": 4},
                   "regions_class_order": [1, 3, 2]})");
  EXPECT_EQ(rules.ignore, 4);
  const at::Tensor expected =
      torch::tensor({0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0}).reshape({3, 5}).to(torch::kBool);
  EXPECT_TRUE(torch::equal(rules.regions, expected));
  const at::Tensor target = torch::tensor({3, 0, 2, 4}).reshape({1, 2, 2});
  EXPECT_EQ(nn::region_target(target, rules).sizes(), (at::IntArrayRef{1, 3, 2, 2}));
  EXPECT_TRUE(torch::equal(nn::region_target(target, rules)[0][1],
                           torch::tensor({true, false, false, false}).reshape({2, 2})));
  EXPECT_TRUE(torch::equal(nn::counting_voxels(target, rules)[0][0],
                           torch::tensor({true, true, true, false}).reshape({2, 2})));
}

}  // namespace
}  // namespace voxarena
