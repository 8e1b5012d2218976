// Small random label maps and nnU-Net's own summary of them (tests/golden/evaluation/make.py).
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluation/summary.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

const std::string kGoldenScenes = VOXARENA_SOURCE_DIR "/tests/golden/evaluation/";

LabelImage label_image(const Json& size, const Json& run_lengths) {
  LabelImage image;
  image.voxels = Volume<std::int16_t>(1, size.get<Extent>());
  image.voxels.values.clear();
  for (const Json& run : run_lengths) {
    image.voxels.values.insert(image.voxels.values.end(), run[1].get<std::size_t>(),
                               run[0].get<std::int16_t>());
  }
  EXPECT_EQ(static_cast<std::int64_t>(image.voxels.values.size()), voxels(image.voxels.size));
  return image;
}

FolderEvaluation evaluate_scene(const Json& scene) {
  FolderEvaluation evaluation;
  for (const Json& cls : scene["classes"]) {
    evaluation.task.classes.push_back(
        {"class " + cls["key"].get<std::string>(), cls["key"], cls["values"]});
  }
  if (!scene["ignore"].is_null()) evaluation.task.ignore = scene["ignore"].get<int>();
  for (const auto& [id, maps] : scene["cases"].items()) {
    evaluation.cases.push_back(
        {id, "reference/" + id + ".nii.gz", "prediction/" + id + ".nii.gz", "",
         evaluate_images(label_image(maps["size"], maps["reference"]),
                         label_image(maps["size"], maps["prediction"]), evaluation.task)});
  }
  return evaluation;
}

// Numbers of `expected` within 1e-12 (counts exactly); null is Python's NaN. Returns how many were
// compared.
int expect_same(const Json& expected, const Json& actual, const std::string& where) {
  if (expected.is_structured()) {
    EXPECT_EQ(expected.size(), actual.size()) << where;
    int compared = 0;
    for (const auto& [key, value] : expected.items()) {
      const std::string inner = where + "/" + key;
      if (expected.is_array()) {
        compared += expect_same(value, actual.at(std::stoul(key)), inner);
      } else if (actual.contains(key)) {
        compared += expect_same(value, actual.at(key), inner);
      } else {
        ADD_FAILURE() << inner << " is missing";
      }
    }
    return compared;
  }
  if (expected.is_null()) {
    EXPECT_TRUE(actual.is_number_float() && std::isnan(actual.get<double>())) << where;
  } else if (expected.is_number_float()) {
    EXPECT_NEAR(actual.get<double>(), expected.get<double>(), 1e-12) << where;
  } else {
    EXPECT_EQ(actual, expected) << where;
  }
  return 1;
}

class NnunetParity : public testing::TestWithParam<const char*> {};

TEST_P(NnunetParity, SummaryIsTheSame) {
  const Json golden = read_json(kGoldenScenes + "golden.json");
  const Json& scene = golden["scenes"][GetParam()];
  const int compared = expect_same(scene["summary"], summary_json(evaluate_scene(scene)), "");
  EXPECT_GT(compared, 50);
}

INSTANTIATE_TEST_SUITE_P(Scenes, NnunetParity, testing::Values("labels", "ignore", "regions"),
                         [](const auto& info) { return info.param; });

TEST(NnunetParityBytes, SummaryFileIsTheSame) {
  const Json golden = read_json(kGoldenScenes + "golden.json");
  EXPECT_EQ(dump_json(summary_json(evaluate_scene(golden["scenes"]["regions"]))),
            read_file(kGoldenScenes + "summary.json"));
}

}  // namespace
}  // namespace voxarena
