// What training-free methods are shown.
#include "inference/case_segmentation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace voxarena {
namespace {

class ReadSupports : public ::testing::Test {
 protected:
  // Voxels have these labels, the others are background.
  void write(const std::string& id, const std::vector<std::int16_t>& seg) {
    PreprocessedCase one;
    one.data = Volume<float>(1, {2, 4, 4});
    one.seg = Volume<std::int16_t>(1, {2, 4, 4});
    std::copy(seg.begin(), seg.end(), one.seg.values.begin());
    one.properties.shape_before_cropping = one.properties.shape_after_cropping = {2, 4, 4};
    one.properties.crop = {{0, 0, 0}, {2, 4, 4}};
    store_.write(id, one);
  }
  SupportSet read(const std::vector<std::string>& supports,
                  const std::vector<std::string>& asked = {"z"}) {
    Configuration configuration;
    configuration.spacing = {3, 1, 1};
    return read_supports(store_, supports, asked, configuration, labels_);
  }

  test::TemporaryFolder folder_;
  CaseStore store_{folder_.path(), {2, 4, 4}};
  Labels labels_ = Labels::from_dataset_json(
      {{"labels", {{"background", 0}, {"organ", 1}, {"tumour", 2}, {"ignore", 3}}}},
      "dataset.json");
};

TEST_F(ReadSupports, IgnoredVoxelsAndThoseOutsideAreBackground) {
  write("a", {-1, 0, 1, 2, 3, 2, 3, -1});
  const SupportSet set = read({"a"});
  ASSERT_EQ(set.cases.size(), 1U);
  const std::vector<std::int16_t>& values = set.cases[0].labels.values;
  EXPECT_EQ((std::vector<std::int16_t>(values.begin(), values.begin() + 8)),
            (std::vector<std::int16_t>{0, 0, 1, 2, 0, 2, 0, 0}));
  EXPECT_EQ(set.spacing, (Spacing{3, 1, 1}));
}

TEST_F(ReadSupports, ShowEveryClassBetweenThem) {
  write("a", {1, 1});
  write("b", {2, 0});
  EXPECT_INPUT_ERROR(read({"a"}), "none of the 1 supports shows the class 'tumour'");
  EXPECT_EQ(read({"a", "b"}).cases.size(), 2U);
}

TEST_F(ReadSupports, AreNeverWhatIsAskedFor) {
  write("a", {1, 2});
  EXPECT_INPUT_ERROR(read({"a"}, {"z", "a"}), "case a is a support and is to be segmented");
}

// All voxels background.
class Background : public Segmenter {
 public:
  Volume<float> segment(const Volume<float>& image, const RunContext& /*context*/) override {
    Volume<float> scores(3, image.size);
    std::fill_n(scores.values.begin(), scores.values.size() / 3, 1.0F);
    return scores;
  }
};

TEST_F(ReadSupports, AndTheirCopiesAreRefused) {
  write("a", {1, 2});
  write("copy", {1, 2});
  Background method;
  const SupportSet supports = read({"a"}, {"copy"});
  Plans plans;
  const PredictionFiles files{.folder = folder_ / "out", .file_ending = ".nii.gz"};
  EXPECT_INPUT_ERROR(
      segment_cases(method, supports, store_, {"copy"}, plans, {}, labels_, files, {}),
      "case copy: its image is that of the support a");
  EXPECT_FALSE(std::filesystem::exists(files.folder / "copy.nii.gz"));
}

}  // namespace
}  // namespace voxarena
