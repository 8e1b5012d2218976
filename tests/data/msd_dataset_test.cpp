#include "voxarena/data/msd_dataset.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <nlohmann/json.hpp>

#include "tests/data/four_dimensional.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/json.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

class MsdDatasetTest : public testing::Test {
 protected:
  MsdDatasetTest() {
    context_.quiet = true;
    for (const char* name : {"imagesTr", "imagesTs", "labelsTr"})
      fs::create_directories(task() / name);
    Image image{Volume<float>(1, {2, 3, 4}), {}};
    for (std::size_t i = 0; i < image.voxels.values.size(); ++i)
      image.voxels.values[i] = static_cast<float>(i);
    image.geometry.spacing = {3, 2, 1};
    write_image(task() / "imagesTr/la_003.nii.gz", image);
    write_image(task() / "imagesTs/la_004.nii.gz", image);
    write_label(task() / "labelsTr/la_003.nii.gz",
                {Volume<std::int16_t>(1, {2, 3, 4}, 1), image.geometry});
    write_json(task() / "dataset.json", {{"name", "LeftAtrium"},
                                         {"modality", {{"0", "MRI"}}},
                                         {"labels", {{"0", "background"}, {"1", "left atrium"}}},
                                         {"numTraining", 1},
                                         {"numTest", 1},
                                         {"training", {{{"image", "./imagesTr/la_003.nii.gz"}}}},
                                         {"test", {"./imagesTs/la_004.nii.gz"}}});
  }
  fs::path task() const { return folder_ / "Task02_Heart"; }
  std::string convert(std::optional<int> id = {}) {
    return convert_msd_dataset(task(), folder_ / "raw", id, context_);
  }

  test::TemporaryFolder folder_;
  RunContext context_;
};

TEST_F(MsdDatasetTest, BecomesARawDataset) {
  EXPECT_EQ(convert(), "Dataset002_Heart");
  const RawDataset dataset = open_raw_dataset("2", {folder_ / "raw", {}, {}});
  ASSERT_EQ(dataset.cases.size(), 1U);
  EXPECT_EQ(dataset.cases.front().id, "la_003");
  EXPECT_EQ(dataset.labels.foreground().front().name, "left atrium");
  EXPECT_EQ(dataset.channel_names, std::vector<std::string>{"MRI"});
  EXPECT_FALSE(dataset.json.contains("training"));
  EXPECT_TRUE(fs::exists(dataset.folder / "imagesTs/la_004_0000.nii.gz"));
  verify_dataset(dataset, context_);
}

TEST_F(MsdDatasetTest, FourDimensionalImagesAreSplitIntoChannels) {
  const std::string content = test::four_dimensional_nifti();
  const gzFile file = gzopen((task() / "imagesTr/la_003.nii.gz").c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  convert();
  const fs::path images = folder_ / "raw/Dataset002_Heart/imagesTr";
  for (const int channel : {0, 1}) {
    const Image image = read_image({images / ("la_003_000" + std::to_string(channel) + ".nii.gz")});
    EXPECT_EQ(image.voxels.size, (Extent{2, 2, 3}));
    EXPECT_EQ(image.geometry.spacing, (Spacing{3.5, 2.5, 1.5}));
    for (std::size_t i = 0; i < 12; ++i)
      EXPECT_EQ(image.voxels.values[i],
                10 + 0.5F * static_cast<float>(12 * channel + static_cast<int>(i)));
  }
}

TEST_F(MsdDatasetTest, ANumberIsTakenOnce) {
  convert();
  EXPECT_INPUT_ERROR(convert(), "has this number already");
  EXPECT_EQ(convert(902), "Dataset902_Heart");
}

TEST_F(MsdDatasetTest, WhatIsMissingIsNamed) {
  EXPECT_INPUT_ERROR(convert_msd_dataset(folder_ / "Heart", folder_ / "raw", {}, context_),
                     "is no folder of the Decathlon");
  fs::remove_all(task() / "labelsTr");
  EXPECT_INPUT_ERROR(convert(), "labelsTr");
  write_json(task() / "dataset.json", {{"labels", {{"background", 0}}}});
  EXPECT_INPUT_ERROR(convert(), "dataset.json");
  EXPECT_FALSE(fs::exists(folder_ / "raw/Dataset002_Heart/dataset.json"));
}

}  // namespace
}  // namespace voxarena
