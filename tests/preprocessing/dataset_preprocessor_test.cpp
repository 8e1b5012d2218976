// A whole data set: fingerprint, plans, store; what is repeated and what is not.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "preprocessing/case_preprocessor.h"
#include "preprocessing/fingerprint_extraction.h"
#include "preprocessing/memory_needs.h"
#include "preprocessing/planner.h"
#include "tests/data/small_dataset.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

class PreprocessDataset : public testing::Test {
 protected:
  void SetUp() override {
    context.quiet = true;
    context.threads = 2;
  }
  RawDataset open() const { return open_raw_dataset(raw.folder().string(), {}); }
  Plans plans() const {
    return plan_experiment(extract_fingerprint(open(), context), planning_input(open()));
  }
  CaseStore preprocess(const Plans& with, const std::string& configuration = "3d_fullres") const {
    return preprocess_dataset(open(), with, with.configuration(configuration), out.path(), context);
  }
  fs::path stored(const std::string& id) const {
    return out / "nnUNetPlans_3d_fullres" / (id + ".b2nd");
  }
  // Ages a stored file, so that a rewrite is seen in its time stamp.
  fs::file_time_type age(const std::string& id) const {
    const auto then =
        std::max(fs::last_write_time(raw.image(id)), fs::last_write_time(raw.label(id))) +
        std::chrono::milliseconds(1);
    fs::last_write_time(stored(id), then);
    return then;
  }
  std::string message_of_failure() const {
    try {
      const Plans made = plans();
      preprocess(made);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::input);
      return error.what();
    }
    return "no error";
  }

  RunContext context;
  test::SmallDataset raw;
  test::TemporaryFolder out;
};

TEST_F(PreprocessDataset, FillsTheStoreOfEachConfiguration) {
  const Plans made = plans();
  EXPECT_EQ(made.dataset_name, "Dataset007_Small");
  EXPECT_EQ(made.configuration("2d").patch_size.size(), 2u);
  for (const std::string name : {"2d", "3d_fullres"}) {
    const CaseStore store = preprocess(made, name);
    EXPECT_EQ(store.folder(), out / ("nnUNetPlans_" + name));
    EXPECT_EQ(store.cases(), (std::vector<std::string>{"p.1", "p_2", "p_3"}));
    EXPECT_EQ(store.read("p_2").seg.size, store.read("p_2").data.size);
  }
}

TEST_F(PreprocessDataset, MemoryBoundsHowManyCasesAreAtWork) {
  const Plans made = plans();
  const std::int64_t need =
      preprocessing_memory(open().cases[0], made, made.configuration("3d_fullres"));
  context.memory = need;  // one after the other
  const CaseStore store = preprocess(made);
  EXPECT_EQ(store.cases().size(), 3u);
  store.remove("p_2");
  context.memory = need - 1;
  EXPECT_NE(message_of_failure().find("case p_2: preprocessing needs"), std::string::npos);
}

TEST_F(PreprocessDataset, FingerprintMeasuresCroppedShapes) {
  const Fingerprint fingerprint = extract_fingerprint(open(), context);
  EXPECT_EQ(fingerprint.spacings, std::vector<Spacing>(3, {3, 1.5, 1.25}));
  EXPECT_EQ(fingerprint.shapes_after_crop, std::vector<Extent>(3, {4, 5, 6}));
  EXPECT_EQ(fingerprint.median_relative_size_after_cropping, 1);
  EXPECT_EQ(fingerprint.intensities.at(0).min, 0)
      << "of labels 1 and 2: value i % 97 where i % 3 is not 0, so 0 for i = 97";
  EXPECT_EQ(fingerprint.intensities.at(0).max, 95);
}

TEST_F(PreprocessDataset, FingerprintDoesNotDependOnThreads) {
  const Json two = to_json(extract_fingerprint(open(), context));
  context.threads = 1;
  EXPECT_EQ(to_json(extract_fingerprint(open(), context)), two);
}

TEST_F(PreprocessDataset, ResumesWithTheMissingCases) {
  const Plans made = plans();
  const CaseStore store = preprocess(made);
  const auto before = age("p.1");
  store.remove("p_2");
  preprocess(made);
  EXPECT_TRUE(store.has("p_2"));
  EXPECT_EQ(fs::last_write_time(stored("p.1")), before) << "was not made again";
}

TEST_F(PreprocessDataset, OtherPlansMakeEveryCaseAnew) {
  Plans made = plans();
  preprocess(made);
  const auto before = age("p.1");
  for (Configuration& c : made.configurations) c.batch_size += 1;
  preprocess(made);
  EXPECT_EQ(fs::last_write_time(stored("p.1")), before) << "the batch size does not change voxels";
  for (Configuration& c : made.configurations) c.spacing.back() *= 2;
  preprocess(made);
  EXPECT_NE(fs::last_write_time(stored("p.1")), before);
}

// nnU-Net tells the kind of a store by the endings of its files.
TEST_F(PreprocessDataset, TheStoreHoldsNothingButCases) {
  const CaseStore store = preprocess(plans());
  for (const auto& entry : fs::directory_iterator(store.folder())) {
    const std::string ending = entry.path().extension().string();
    EXPECT_TRUE(ending == ".b2nd" || ending == ".pkl") << entry.path();
  }
}

TEST_F(PreprocessDataset, CasesOfNnunetAreTakenAsTheyAre) {
  const Plans made = plans();
  preprocess(made);
  const auto before = age("p.1");
  for (const auto& entry : fs::directory_iterator(out.path())) {
    if (entry.path().extension() == ".stamp") fs::remove(entry.path());
  }
  preprocess(made);
  EXPECT_EQ(fs::last_write_time(stored("p.1")), before);
}

TEST_F(PreprocessDataset, AChangedImageIsPreprocessedAgain) {
  const Plans made = plans();
  preprocess(made);
  const auto before = age("p.1");
  fs::last_write_time(raw.label("p.1"), before + std::chrono::seconds(1));
  preprocess(made);
  EXPECT_NE(fs::last_write_time(stored("p.1")), before);
}

TEST_F(PreprocessDataset, AFailingCaseNamesItself) {
  Image broken = test::small_image();
  broken.voxels.values[7] = std::numeric_limits<float>::quiet_NaN();
  write_image(raw.image("p_2"), broken);
  const std::string message = message_of_failure();
  EXPECT_EQ(message.rfind("case p_2: ", 0), 0U) << message;
  EXPECT_NE(message.find("NaN"), std::string::npos) << message;
}

TEST_F(PreprocessDataset, LabelOfAnotherSizeIsNamed) {
  write_label(raw.label("p_3"), test::small_label({4, 5, 7}));
  EXPECT_EQ(message_of_failure(), "case p_3: image size (4, 5, 6) and label size (4, 5, 7) differ");
}

TEST_F(PreprocessDataset, StopsWhenAsked) {
  const Plans made = plans();
  context.stop->store(true);
  try {
    preprocess(made);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::interrupted);
  }
}

}  // namespace
}  // namespace voxarena
