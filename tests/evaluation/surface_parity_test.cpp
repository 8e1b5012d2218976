// Metrics of random mask pairs against medpy, surface-distance, monai, Metrics Reloaded and scipy
// (tests/golden/evaluation/surfaces.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluation/case_evaluation.h"
#include "tests/evaluation/golden_masks.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace {

const Json& surface_golden() {
  static const Json json = read_json(VOXARENA_SOURCE_DIR "/tests/golden/evaluation/surfaces.json");
  return json;
}

std::int64_t count(const LabelImage& mask) {
  return std::count(mask.voxels.values.begin(), mask.voxels.values.end(), 1);
}

TEST(SurfaceParity, MasksAreThoseOfThePackages) {
  ASSERT_GE(surface_golden()["voxels"].size(), 200U);
  for (std::size_t pair = 0; pair < surface_golden()["voxels"].size(); ++pair) {
    const auto i = static_cast<std::int64_t>(pair);
    EXPECT_EQ(count(test::golden_mask(i, false)), surface_golden()["voxels"][pair][0])
        << "pair " << pair;
    EXPECT_EQ(count(test::golden_mask(i, true)), surface_golden()["voxels"][pair][1])
        << "pair " << pair;
  }
}

class FlavourParity : public testing::TestWithParam<std::string> {};

TEST_P(FlavourParity, IsThatOfThePackage) {
  const auto& columns = surface_golden()["columns"];
  const auto column = static_cast<std::size_t>(
      std::find(columns.begin(), columns.end(), GetParam()) - columns.begin());
  ASSERT_LT(column, columns.size());
  int compared = 0;
  for (std::size_t pair = 0; pair < surface_golden()["values"].size(); ++pair) {
    const Json& expected = surface_golden()["values"][pair][column];
    if (expected.is_null()) continue;
    const auto i = static_cast<std::int64_t>(pair);
    EvaluationTask task;
    task.classes = {{"blob", "1", {1}}};
    task.settings.tolerance = test::golden_tolerance(i);
    task.metrics = {find_metric(GetParam())};
    const double value =
        evaluate_images(test::golden_mask(i, false), test::golden_mask(i, true), task)[0][0];
    const auto number = expected.get<double>();
    EXPECT_NEAR(value, number, 1e-6 * std::max(1.0, number)) << "pair " << pair;
    ++compared;
  }
  EXPECT_GE(compared, GetParam() == "clDice" ? 80 : 200);  // which may be 0/0 there
}

std::vector<std::string> columns() { return surface_golden()["columns"]; }

INSTANTIATE_TEST_SUITE_P(Columns, FlavourParity, testing::ValuesIn(columns()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::erase_if(name, [](char c) { return std::isalnum(c) == 0; });
                           return name;
                         });

}  // namespace
}  // namespace voxarena
