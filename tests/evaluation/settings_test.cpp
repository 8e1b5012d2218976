#include "evaluation/settings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

TEST(EvaluationSettings, RoundTrip) {
  EvaluationSettings settings;
  EXPECT_EQ(evaluation_settings_from_json(to_json(settings), "spec"), settings);
  settings = {.both_empty = EmptyValue::best,
              .empty_reference = EmptyValue::undefined,
              .empty_prediction = EmptyValue::worst,
              .metrics = {"HD95:medpy", "HD99"},
              .tolerance = 2,
              .class_tolerance = {{"liver", 5}}};
  EXPECT_EQ(evaluation_settings_from_json(to_json(settings), "spec"), settings);
  EXPECT_EQ(canonical_json(to_json(EvaluationSettings{})),
            R"({"empty_masks":"undefined","empty_prediction":"worst","empty_reference":"worst",)"
            R"("metrics":["HD95","ASSD","NSD"],"nsd_tolerance":1.0})");
}

TEST(EvaluationSettings, PoliciesReadDifferently) {
  EXPECT_NE(describe({.both_empty = EmptyValue::undefined}),
            describe({.both_empty = EmptyValue::best}));
  EXPECT_NE(describe({.empty_reference = EmptyValue::undefined}), describe({}));
  EXPECT_NE(describe({.empty_reference = EmptyValue::undefined})
                .find("predicted only: what has no value (distances) is left out of the mean; in "
                      "the reference only: the worst value."),
            std::string::npos);
  EXPECT_NE(describe({.class_tolerance = {{"liver", 5}}}).find("liver 5 mm, others 1 mm"),
            std::string::npos);
}

TEST(EvaluationSettings, DefaultFlavourNeedsNoName) {
  const auto read = evaluation_settings_from_json(
      parse_json(R"({"metrics": ["HD95:subvoxel", "NSD:monai"]})", "spec"), "spec");
  EXPECT_EQ(read.metrics, (std::vector<std::string>{"HD95", "NSD:monai"}));
}

TEST(EvaluationSettings, NamesWhatIsWrong) {
  const auto read = [](const char* text) {
    return evaluation_settings_from_json(parse_json(text, "spec"), "spec.toml");
  };
  EXPECT_INPUT_ERROR(read(R"({"empty_mask": "best"})"),
                     "spec.toml: metric setting 'empty_mask' is unknown");
  EXPECT_INPUT_ERROR(read(R"({"empty_masks": "zero"})"),
                     "spec.toml: empty_masks cannot be \"zero\"");
  EXPECT_INPUT_ERROR(read(R"({"empty_masks": 1})"), "empty_masks cannot be 1");
  EXPECT_INPUT_ERROR(read(R"({"empty_reference": "best"})"), "empty_reference cannot be \"best\"");
  EXPECT_INPUT_ERROR(read(R"({"nsd_tolerance": {"liver": -1}})"),
                     "nsd_tolerance.liver cannot be -1");
  EXPECT_INPUT_ERROR(read(R"({"metrics": ["HD95:scipy"]})"), "no flavour 'scipy'");
  EXPECT_INPUT_ERROR(read(R"({"metrics": [95]})"), "metrics cannot hold 95");
  EXPECT_INPUT_ERROR(read("[]"), "must be a table");
}

}  // namespace
}  // namespace voxarena
