// The main job on data sets with regions, an ignore label, both, and many labels.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/cli/workspace.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_io.h"

namespace voxarena::test {
namespace {

namespace fs = std::filesystem;

// The phantom with other labels in dataset.json.
void declare(const Workspace& work, const Json& labels, const Json& order = nullptr) {
  Json json = read_json(work.dataset() / "dataset.json");
  json["labels"] = labels;
  if (!order.is_null()) json["regions_class_order"] = order;
  write_json(work.dataset() / "dataset.json", json);
}

// Voxels where x is below `from` become `to`, in every label file.
void repaint(const Workspace& work, std::int64_t below, std::int16_t to) {
  for (int i = 0; i < 8; ++i) {
    LabelImage label = read_label(work.label(i));
    std::size_t voxel = 0;
    for (std::int16_t& value : label.voxels.values) {
      if (static_cast<std::int64_t>(voxel++) % label.voxels.size[2] < below) value = to;
    }
    write_label(work.label(i), label);
  }
}

std::set<std::string> keys(const Json& object) {
  std::set<std::string> out;
  for (const auto& [key, value] : object.items()) out.insert(key);
  return out;
}

std::set<int> predicted_labels(const Workspace& work) {
  std::set<int> out;
  for (const auto& entry : fs::directory_iterator(work.run("plain_unet") / "predictions")) {
    for (const std::int16_t value : read_label(entry.path()).voxels.values) out.insert(value);
  }
  return out;
}

TEST(Labels, RegionsAreTrainedPredictedAndEvaluated) {
  const Workspace work;
  declare(work, {{"background", 0}, {"whole", {1, 2}}, {"core", 2}}, {1, 2});
  const Outcome outcome = work.benchmark();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = read_json(work.run("plain_unet") / "summary.json");
  EXPECT_EQ(keys(summary.at("mean")), (std::set<std::string>{"(1, 2)", "2"}));
  for (const int value : predicted_labels(work)) EXPECT_LE(value, 2);
  const Json manifest = read_json(work.run("plain_unet") / "manifest.json");
  EXPECT_EQ(manifest.at("classes"), (Json{"whole", "core"}));
  EXPECT_NE(json_text(manifest.at("protocol").at("loss")).find("binary"), std::string::npos);
}

TEST(Labels, VoxelsToIgnoreAreNeitherTrainedOnNorCounted) {
  const Workspace work;
  declare(work, {{"background", 0}, {"a", 1}, {"b", 2}, {"ignore", 3}});
  repaint(work, 9, 3);
  const Outcome outcome = work.benchmark();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = read_json(work.run("plain_unet") / "summary.json");
  EXPECT_EQ(keys(summary.at("mean")), (std::set<std::string>{"1", "2"}));
  for (const Json& one : summary.at("metric_per_case")) {
    const Json& m = one.at("metrics").at("1");
    const LabelImage reference = read_label(fs::path(one.at("reference_file").get<std::string>()));
    const auto counted =
        std::ranges::count_if(reference.voxels.values, [](std::int16_t v) { return v != 3; });
    EXPECT_EQ(m.at("TP").get<std::int64_t>() + m.at("FP").get<std::int64_t>() +
                  m.at("FN").get<std::int64_t>() + m.at("TN").get<std::int64_t>(),
              counted);
  }
  EXPECT_FALSE(predicted_labels(work).contains(3));
}

TEST(Labels, RegionsWithAnIgnoreLabel) {
  const Workspace work;
  declare(work, {{"background", 0}, {"core", 2}, {"whole", {1, 2}}, {"ignore", 3}}, {2, 1});
  repaint(work, 9, 3);
  const Outcome outcome = work.benchmark();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = read_json(work.run("plain_unet") / "summary.json");
  EXPECT_EQ(keys(summary.at("mean")), (std::set<std::string>{"(1, 2)", "2"}));
  EXPECT_FALSE(predicted_labels(work).contains(3));
}

TEST(Labels, TwoHundredFiftyFiveLabels) {
  const Workspace work;
  Json labels = {{"background", 0}};
  for (int i = 1; i <= 255; ++i) labels["l" + std::to_string(i)] = i;
  declare(work, labels);
  repaint(work, 5, 255);
  work.edit(work.spec(), "iterations = 8", "iterations = 2");
  const Outcome outcome = work.benchmark();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json summary = read_json(work.run("plain_unet") / "summary.json");
  EXPECT_EQ(summary.at("mean").size(), 255U);
}

TEST(Labels, AMethodWhoseLossKnowsNoRegionsIsRefusedBeforeAnythingRuns) {
  const Workspace work;
  declare(work, {{"background", 0}, {"whole", {1, 2}}, {"core", 2}}, {1, 2});
  work.edit(work.spec(), "\"plain_unet\"", "\"masksam\"");
  const Outcome outcome = work.benchmark();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.err.find("the loss of method 'masksam' does not know regions"),
            std::string::npos)
      << outcome.err;
}

}  // namespace
}  // namespace voxarena::test
