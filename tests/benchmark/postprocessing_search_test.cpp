#include "benchmark/postprocessing_search.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

const Json& golden() {
  static const Json json =
      read_json(fs::path(VOXARENA_SOURCE_DIR) / "tests/golden/postprocessing/search.json");
  return json;
}

// Boxes [z, y, x, dz, dy, dx, label], later ones over earlier ones.
LabelImage painted(const Json& boxes, const Extent& size) {
  LabelImage image{Volume<std::int16_t>(1, size), {}};
  for (const Json& box : boxes) {
    const auto b = box.get<std::array<std::int64_t, 7>>();
    for (std::int64_t z = b[0]; z < std::min(size[0], b[0] + b[3]); ++z) {
      for (std::int64_t y = b[1]; y < std::min(size[1], b[1] + b[4]); ++y) {
        for (std::int64_t x = b[2]; x < std::min(size[2], b[2] + b[5]); ++x)
          image.voxels.at(0, z, y, x) = static_cast<std::int16_t>(b[6]);
      }
    }
  }
  return image;
}

class PostprocessingSearchTest : public testing::Test {
 protected:
  PostprocessingSearchTest() {
    context_.quiet = true;
    context_.threads = 2;
  }

  PostprocessingSearch determine(const Json& set) {
    const auto size = golden().at("size").get<Extent>();
    for (const char* role : {"reference", "prediction"}) {
      fs::create_directories(folder_ / role);
      for (std::size_t i = 0; i < set.at("cases").size(); ++i) {
        write_label(folder_ / role / ("case_" + std::to_string(i) + ".nii.gz"),
                    painted(set.at("cases")[i].at(role), size));
      }
    }
    return determine_postprocessing(folder_ / "reference", folder_ / "prediction", ".nii.gz",
                                    Labels::from_dataset_json(set, "golden"), context_);
  }

  test::TemporaryFolder folder_;
  RunContext context_;
};

void expect_dice(const FolderEvaluation& evaluation, const Json& expected) {
  for (std::size_t c = 0; c < evaluation.task.classes.size(); ++c) {
    double sum = 0;
    for (const CaseEvaluation& one : evaluation.cases) sum += one.values[c].front();
    EXPECT_NEAR(sum / static_cast<double>(evaluation.cases.size()),
                expected.at(evaluation.task.classes[c].key).get<double>(), 1e-12)
        << evaluation.task.classes[c].key;
  }
}

TEST_F(PostprocessingSearchTest, ChoosesWhatNnunetChooses) {
  for (const Json& set : golden().at("sets")) {
    const PostprocessingSearch found = determine(set);
    Postprocessing expected;
    for (const Json& labels : set.at("chosen"))
      expected.push_back({labels.get<std::vector<int>>(), 0});
    EXPECT_EQ(found.chosen, expected) << set.at("name");
    expect_dice(found.before, set.at("before"));
    expect_dice(found.after, set.at("after"));
    EXPECT_EQ(read_postprocessing(folder_ / "prediction/postprocessing.pkl"), expected);
    EXPECT_EQ(read_postprocessing(folder_ / "prediction/postprocessing.json"), expected);
  }
}

TEST_F(PostprocessingSearchTest, WritesThePostprocessedFilesAndTheirSummary) {
  for (const char* name : {"plans.json", "dataset.json"})
    test::write_text(folder_ / "prediction" / name, "{}");
  const PostprocessingSearch found = determine(golden().at("sets").front());
  for (const char* name : {"plans.json", "dataset.json"})
    EXPECT_TRUE(fs::exists(folder_ / "prediction/postprocessed" / name)) << name;
  LabelImage image = read_label(folder_ / "prediction/case_1.nii.gz");
  apply_postprocessing(found.chosen, image.voxels);
  EXPECT_EQ(read_label(folder_ / "prediction/postprocessed/case_1.nii.gz").voxels.values,
            image.voxels.values);
  const Json before = read_json(folder_ / "prediction/summary.json"),
             after = read_json(folder_ / "prediction/postprocessed/summary.json");
  EXPECT_LT(before["foreground_mean"]["Dice"].get<double>(),
            after["foreground_mean"]["Dice"].get<double>());
}

TEST_F(PostprocessingSearchTest, EveryPredictionNeedsAReferenceOfItsSize) {
  const Json& set = golden().at("sets").front();
  determine(set);
  fs::remove(folder_ / "reference/case_1.nii.gz");
  const Labels labels = Labels::from_dataset_json(set, "golden");
  const auto search = [&] {
    return search_postprocessing(folder_ / "reference", folder_ / "prediction", ".nii.gz", labels,
                                 context_);
  };
  EXPECT_INPUT_ERROR(search(), "the reference of case case_1 is missing");
  write_label(folder_ / "reference/case_1.nii.gz", painted(Json::array(), {2, 2, 2}));
  EXPECT_INPUT_ERROR(search(), "differ in size");
}

}  // namespace
}  // namespace voxarena
