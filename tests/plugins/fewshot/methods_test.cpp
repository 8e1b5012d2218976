// The training-free plugins as the harness sees them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/plugins/fewshot/made_up_cases.h"
#include "tests/support/expect_error.h"
#include "voxarena/plugin/conformance.h"
#include "voxarena/plugin/registry.h"

namespace voxarena::fewshot::testing {
namespace {

SupportSet supports() {
  SupportSet set;
  for (const double shift : {-1.0, 0.0, 1.0})
    set.cases.push_back(ball_case({20, 24, 28}, {10 + shift, 12 - shift, 14 + shift}, 7));
  return set;
}

Volume<float> segment(const std::string& name, const Json& given, const SupportCase& asked) {
  const LoadedMethod method = load_method(name);
  Plan plan;
  plan.classes = 3;
  const Options options = Options::from_json(given, method.description().options, "test");
  return method.show(plan, options, supports(), quiet())->segment(asked.image, quiet());
}

class TrainingFree : public ::testing::TestWithParam<const char*> {};

TEST_P(TrainingFree, PassesTheConformanceChecks) {
  for (const CheckResult& check : run_conformance(GetParam(), quiet()))
    EXPECT_TRUE(check.passed) << check.name << ": " << check.detail;
}

TEST_P(TrainingFree, SegmentsAnotherBall) {
  const SupportCase asked = ball_case({22, 24, 26}, {11, 12, 13}, 7.5);
  const Volume<float> scores = segment(GetParam(), Json::object(), asked);
  EXPECT_EQ(scores.size, asked.image.size);
  for (const std::int16_t label : {std::int16_t{1}, std::int16_t{2}})
    EXPECT_GT(dice(scores, asked.labels, label), 0.8) << "label " << label;
}

INSTANTIATE_TEST_SUITE_P(Plugins, TrainingFree,
                         ::testing::Values("retrieval", "multi_atlas", "incontext"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Retrieval, OneVoteOfTheSupportItselfIsItsMask) {
  const SupportCase own = supports().cases[1];
  const Volume<float> scores = segment("retrieval", {{"votes", 1}}, own);
  EXPECT_EQ(dice(scores, own.labels, 1), 1);
  EXPECT_EQ(dice(scores, own.labels, 2), 1);
}

TEST(InContext, OtherWeightsAreNamedWhereTheyDoNotFit) {
  const SupportCase asked = supports().cases[0];
  EXPECT_INPUT_ERROR(segment("incontext", {{"weights", "missing.safetensors"}}, asked),
                     "missing.safetensors");
  const LoadedMethod method = load_method("incontext");
  const Options empty = Options::from_json({{"weights", ""}}, method.description().options, "test");
  EXPECT_INPUT_ERROR(method.plan({}, Plan(), {}, empty), "option weights: is empty");
}

}  // namespace
}  // namespace voxarena::fewshot::testing
