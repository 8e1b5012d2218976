// Real labels against perturbed copies of them, and what medpy, surface-distance, monai and Metrics
// Reloaded say of both (tests/golden/evaluation/real_surfaces.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "evaluation/case_evaluation.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using RealMask = Volume<std::int16_t>;

const Json& real_golden() {
  static const Json json =
      read_json(VOXARENA_SOURCE_DIR "/tests/golden/evaluation/real_surfaces.json");
  return json;
}

// A new mask whose voxel (z, y, x) is `rule(z, y, x)`.
template <class Rule>
RealMask made_by(const RealMask& mask, const Rule& rule) {
  RealMask result(1, mask.size);
  std::size_t i = 0;
  for (std::int64_t z = 0; z < mask.size[0]; ++z) {
    for (std::int64_t y = 0; y < mask.size[1]; ++y) {
      for (std::int64_t x = 0; x < mask.size[2]; ++x) result.values[i++] = rule(z, y, x) ? 1 : 0;
    }
  }
  return result;
}

// Beyond the image is background.
bool is_set(const RealMask& mask, std::int64_t z, std::int64_t y, std::int64_t x) {
  return z >= 0 && y >= 0 && x >= 0 && z < mask.size[0] && y < mask.size[1] && x < mask.size[2] &&
         mask.at(0, z, y, x) != 0;
}

int neighbours(const RealMask& mask, std::int64_t z, std::int64_t y, std::int64_t x) {
  return is_set(mask, z - 1, y, x) + is_set(mask, z + 1, y, x) + is_set(mask, z, y - 1, x) +
         is_set(mask, z, y + 1, x) + is_set(mask, z, y, x - 1) + is_set(mask, z, y, x + 1);
}

// The rules of real_surfaces.py.
RealMask perturbed(const RealMask& mask, const std::string& rule) {
  return made_by(mask, [&](std::int64_t z, std::int64_t y, std::int64_t x) {
    const auto index = mask.offset(0, z, y, x);
    const bool here = mask.values[index] != 0;
    if (rule == "shifted") return is_set(mask, z - 1, y + 1, x - 2);
    if (rule == "dilated") return here || neighbours(mask, z, y, x) > 0;
    if (rule == "eroded") return here && neighbours(mask, z, y, x) == 6;
    if (rule == "with holes") return here && index % 7 != 0;
    return is_set(mask, z, y - 2, x + 1) || index % 9973 == 0;  // "with specks"
  });
}

class RealSurfaceParity : public testing::TestWithParam<const char*> {};

TEST_P(RealSurfaceParity, FlavoursAreThoseOfThePackages) {
  const char* root = std::getenv("VOXARENA_REAL_DATA");
  if (root == nullptr || !fs::exists(fs::path(root) / GetParam()))
    GTEST_SKIP() << "VOXARENA_REAL_DATA names no folder with " << GetParam();
  EvaluationTask task;
  task.classes = {{"class", "1", {1}}};
  task.settings.tolerance = real_golden()["tolerances"][GetParam()];
  task.metrics.clear();
  for (const Json& column : real_golden()["columns"])
    task.metrics.push_back(find_metric(column.get<std::string>()));
  int compared = 0;
  std::string case_id;
  LabelImage labels;
  for (const Json& pair : real_golden()["pairs"]) {
    if (pair[0] != GetParam()) continue;
    if (pair[1] != case_id) {
      case_id = pair[1];
      labels = read_label(fs::path(root) / GetParam() / "labelsTr" / (case_id + ".nii.gz"));
    }
    LabelImage reference = labels, prediction = labels;
    for (std::int16_t& value : reference.voxels.values) value = value == pair[2] ? 1 : 0;
    prediction.voxels = perturbed(reference.voxels, pair[3]);
    const auto count = [](const LabelImage& mask) {
      return std::ranges::count(mask.voxels.values, std::int16_t{1});
    };
    SCOPED_TRACE(pair[1].get<std::string>() + ", class " + std::to_string(pair[2].get<int>()) +
                 ", " + pair[3].get<std::string>());
    ASSERT_EQ(count(reference), pair[4][0]);
    ASSERT_EQ(count(prediction), pair[4][1]);
    const std::vector<double> values = evaluate_images(reference, prediction, task).at(0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto expected = pair[5][i].get<double>();
      EXPECT_NEAR(values[i], expected, 1e-6 * std::max(1.0, expected)) << task.metrics[i].key();
      ++compared;
    }
  }
  EXPECT_GE(compared, 900);
}

INSTANTIATE_TEST_SUITE_P(DataSets, RealSurfaceParity,
                         testing::Values("Dataset004_Hippocampus", "Dataset027_ACDC"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace voxarena
