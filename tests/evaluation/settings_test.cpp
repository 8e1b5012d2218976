#include "evaluation/settings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

TEST(EvaluationSettings, RoundTrip) {
  for (const EmptyMasks policy : {EmptyMasks::undefined, EmptyMasks::best}) {
    const EvaluationSettings settings{.empty_masks = policy};
    EXPECT_EQ(evaluation_settings_from_json(to_json(settings), "spec"), settings);
  }
  EXPECT_EQ(canonical_json(to_json(EvaluationSettings{})), R"({"empty_masks":"undefined"})");
}

TEST(EvaluationSettings, PoliciesReadDifferently) {
  EXPECT_NE(describe({.empty_masks = EmptyMasks::undefined}),
            describe({.empty_masks = EmptyMasks::best}));
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
  EXPECT_INPUT_ERROR(read("[]"), "must be a table");
}

}  // namespace
}  // namespace voxarena
