#include "inference/ensemble.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "inference/probability_file.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

Labels two_classes() {
  return Labels::from_dataset_json({{"labels", {{"background", 0}, {"organ", 1}}}}, "test");
}

class EnsembleTest : public ::testing::Test {
 protected:
  EnsembleTest() { context_.quiet = true; }

  // A case of two voxels: the probabilities of the foreground.
  void write(const std::string& member, const std::string& id, float first, float second) {
    Volume<float> probabilities(2, {1, 1, 2});
    probabilities.values = {1 - first, 1 - second, first, second};
    CaseProperties properties;
    properties.geometry.spacing = {1, 1, 2};
    properties.shape_before_cropping = properties.shape_after_cropping = {1, 1, 2};
    properties.crop = {{0, 0, 0}, {1, 1, 2}};
    std::filesystem::create_directories(folder_ / member);
    write_probabilities(folder_ / member / id, probabilities, properties);
  }
  std::vector<EnsembleCase> list() const {
    return list_ensemble_cases({folder_ / "a", folder_ / "b"});
  }

  test::TemporaryFolder folder_;
  RunContext context_;
};

TEST_F(EnsembleTest, LabelsFollowTheMeanProbability) {
  write("a", "case", 0.9F, 0.6F);
  write("b", "case", 0.3F, 0.3F);
  write_ensemble(list(), two_classes(),
                 {.folder = folder_ / "out", .file_ending = ".nii.gz", .probabilities = true},
                 context_);
  const LabelImage labels = read_label(folder_ / "out/case.nii.gz");
  EXPECT_EQ(labels.voxels.values, (std::vector<std::int16_t>{1, 0}));
  EXPECT_EQ(labels.geometry.spacing, (Spacing{1, 1, 2}));
  const Volume<float> mean = read_probabilities(folder_ / "out/case.npz");
  EXPECT_FLOAT_EQ(mean.at(1, 0, 0, 0), 0.6F);
  EXPECT_FLOAT_EQ(mean.at(1, 0, 0, 1), 0.45F);
}

TEST_F(EnsembleTest, MembersMustHaveTheSameCases) {
  write("a", "case", 0.9F, 0.6F);
  EXPECT_INPUT_ERROR(list(), "holds no probabilities");
  write("b", "other", 0.9F, 0.6F);
  EXPECT_INPUT_ERROR(list(), "only one of them holds case");
}

TEST_F(EnsembleTest, OtherClassesOrAMissingDescriptionAreNamed) {
  write("a", "case", 0.9F, 0.6F);
  write("b", "case", 0.9F, 0.6F);
  const Labels three = Labels::from_dataset_json(
      {{"labels", {{"background", 0}, {"organ", 1}, {"lesion", 2}}}}, "test");
  const EnsembleOutput output{.folder = folder_ / "out", .file_ending = ".nii.gz"};
  EXPECT_INPUT_ERROR(write_ensemble(list(), three, output, context_), "case case");
  std::filesystem::remove(folder_ / "a/case.pkl");
  EXPECT_INPUT_ERROR(write_ensemble(list(), two_classes(), output, context_), "case.pkl");
}

}  // namespace
}  // namespace voxarena
