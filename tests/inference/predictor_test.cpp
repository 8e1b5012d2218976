#include "inference/predictor.h"

#include <ATen/ops/cat.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "inference/export.h"
#include "tests/inference/fixtures.h"
#include "tests/support/expect_error.h"
#include "voxarena/core/error.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using testing::FunctionModel;
using testing::noise;

// Foreground where the (normalised) intensity is above 0.
at::Tensor threshold(const at::Tensor& x) { return at::cat({-x, x}, 1); }

class PredictorTest : public ::testing::Test {
 protected:
  PredictionFiles files(bool resume = false) const {
    return {.folder = folder_ / "out", .file_ending = ".nii.gz", .resume = resume};
  }
  PredictorTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    context_.quiet = true;
    context_.threads = 2;
    configuration_.spacing = {1, 1, 1};
    configuration_.patch_size = {4, 4, 4};
    configuration_.normalization = {"ZScoreNormalization"};
    configuration_.use_mask_for_norm = {false};
  }
  ~PredictorTest() override { fs::remove_all(folder_); }

  PreprocessedCase stored_case(const Extent& size) const {
    PreprocessedCase one;
    one.data = noise(1, size);
    one.seg = Volume<std::int16_t>(1, size);
    one.properties.shape_before_cropping = one.properties.shape_after_cropping = size;
    one.properties.crop = {{0, 0, 0}, size};
    return one;
  }

  fs::path folder_ = fs::temp_directory_path() / ("voxarena_predictor_" + std::to_string(getpid()));
  Labels labels_ =
      Labels::from_dataset_json(Json{{"labels", {{"background", 0}, {"organ", 1}}}}, "test");
  Plans plans_;
  Configuration configuration_;
  RunContext context_;
};

TEST_F(PredictorTest, StoredCasesBecomeLabelFiles) {
  const CaseStore store(folder_ / "store", {4, 4, 4});
  const std::vector<std::string> ids{"a", "b", "c", "d"};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    store.write(ids[i], stored_case({5 + static_cast<std::int64_t>(i), 6, 7}));
  }
  FunctionModel model(threshold);
  Predictor predictor({&model}, plans_, configuration_, labels_, {});
  const auto summary = predictor.predict_cases(store, ids, files(), context_);
  EXPECT_EQ(summary.predicted, ids);
  for (const auto& id : ids) {
    const auto label = read_label(folder_ / "out" / (id + ".nii.gz"));
    const auto data = store.read(id).data;
    ASSERT_EQ(label.voxels.size, data.size);
    for (std::size_t i = 0; i < data.values.size(); ++i) {
      EXPECT_EQ(label.voxels.values[i], data.values[i] > 0 ? 1 : 0) << data.values[i];
    }
  }
}

TEST_F(PredictorTest, FilesGoThroughPreprocessingAndKeepTheirGeometry) {
  Image image{noise(1, {6, 8, 7}), {}};
  for (float& value : image.voxels.values) value += 100;
  image.geometry.spacing = {2, 1, 1};
  image.geometry.origin = {5, -6, 7};
  write_image(folder_ / "case_0000.nii.gz", image);
  FunctionModel model(threshold);
  Predictor predictor({&model}, plans_, configuration_, labels_, {});
  predictor.predict_cases({RawCase{"case", {folder_ / "case_0000.nii.gz"}, {}}}, files(), context_);
  const auto label = read_label(folder_ / "out" / "case.nii.gz");
  EXPECT_EQ(label.voxels.size, image.voxels.size);
  EXPECT_EQ(compare_spacing(label.geometry, image.geometry), "");
  EXPECT_EQ(compare_origin_and_direction(label.geometry, image.geometry), "");
  // About half of z-scored noise is above its mean.
  const auto foreground = std::ranges::count(label.voxels.values, 1);
  EXPECT_GT(foreground, 6 * 8 * 7 / 4);
  EXPECT_LT(foreground, 6 * 8 * 7 * 3 / 4);
}

TEST_F(PredictorTest, ACaseThatNeedsTooMuchIsRefusedBeforeAnythingIsRead) {
  write_image(folder_ / "case_0000.nii.gz", Image{noise(1, {6, 8, 7}), {}});
  FunctionModel model(threshold);
  Predictor predictor({&model}, plans_, configuration_, labels_, {});
  const std::vector<RawCase> cases = {{"case", {folder_ / "case_0000.nii.gz"}, {}}};
  context_.memory = 20'000;
  EXPECT_INPUT_ERROR(predictor.predict_cases(cases, files(), context_),
                     "case case: prediction needs 0.1 MiB of memory");
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  context_.memory = 100'000;  // one after the other
  EXPECT_EQ(predictor.predict_cases(cases, files(), context_).predicted.size(), 1U);
}

TEST_F(PredictorTest, ResumeSkipsFinishedCases) {
  const CaseStore store(folder_ / "store", {4, 4, 4});
  for (const auto* id : {"a", "b"}) store.write(id, stored_case({4, 4, 4}));
  std::atomic<int> calls = 0;
  FunctionModel model([&](const at::Tensor& x) {
    ++calls;
    return threshold(x);
  });
  Predictor predictor({&model}, plans_, configuration_, labels_, {});
  predictor.predict_cases(store, {"a"}, files(true), context_);
  EXPECT_EQ(calls, 1);
  const auto summary = predictor.predict_cases(store, {"a", "b"}, files(true), context_);
  EXPECT_EQ(summary.skipped, std::vector<std::string>{"a"});
  EXPECT_EQ(summary.predicted, std::vector<std::string>{"b"});
  EXPECT_EQ(calls, 2);
  predictor.predict_cases(store, {"a"}, files(), context_);
  EXPECT_EQ(calls, 3);
}

TEST_F(PredictorTest, AnEnsembleAveragesLogits) {
  FunctionModel one([](const at::Tensor& x) { return at::cat({x, 3 * x}, 1); });
  FunctionModel two([](const at::Tensor& x) { return at::cat({-x, x}, 1); });
  Predictor predictor({&one, &two}, plans_, configuration_, labels_, {});
  const auto image = noise(1, {5, 5, 5});
  const auto logits = predictor.logits(image, context_);
  for (std::int64_t i = 0; i < image.voxels_per_channel(); ++i) {
    EXPECT_NEAR(logits.channel(0)[i], 0.0F, 1e-6);
    EXPECT_NEAR(logits.channel(1)[i], 2 * image.channel(0)[i], 1e-5);
  }
}

TEST_F(PredictorTest, ErrorsNameTheCase) {
  const CaseStore store(folder_ / "store", {4, 4, 4});
  store.write("good", stored_case({4, 4, 4}));
  store.write("bad", stored_case({4, 4, 5}));
  FunctionModel model([](const at::Tensor& x) -> at::Tensor {
    return x.size(0) == 1 ? threshold(x) : x.slice(0, 0, 1);
  });
  Predictor predictor({&model}, plans_, configuration_, labels_, {});
  try {
    predictor.predict_cases(store, {"good", "bad"}, files(), context_);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("case bad: the network answered"), 0U) << error.what();
  }
  EXPECT_TRUE(fs::exists(folder_ / "out" / "good.nii.gz"));
}

TEST_F(PredictorTest, NeedsAModel) {
  EXPECT_THROW(Predictor({}, plans_, configuration_, labels_, {}), Error);
}

}  // namespace
}  // namespace voxarena
