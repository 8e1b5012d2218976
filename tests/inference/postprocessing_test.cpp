#include "inference/postprocessing.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/files.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

Volume<std::int16_t> row(const std::vector<std::int16_t>& values) {
  Volume<std::int16_t> out(1, {1, 1, static_cast<std::int64_t>(values.size())});
  out.values = values;
  return out;
}

std::vector<std::int16_t> processed(const Postprocessing& steps,
                                    const std::vector<std::int16_t>& values) {
  Volume<std::int16_t> labels = row(values);
  apply_postprocessing(steps, labels);
  return labels.values;
}

TEST(Postprocessing, OnlyTheLargestComponentOfALabelStays) {
  EXPECT_EQ(processed({{{1}}}, {1, 1, 0, 1, 0, 2, 0, 2}),
            (std::vector<std::int16_t>{1, 1, 0, 0, 0, 2, 0, 2}));
}

TEST(Postprocessing, LabelsOfOneStepAreOneMask) {
  EXPECT_EQ(processed({{{1, 2}}}, {1, 2, 2, 0, 1, 1, 0, 3}),
            (std::vector<std::int16_t>{1, 2, 2, 0, 0, 0, 0, 3}));
}

TEST(Postprocessing, EquallyLargeComponentsAllStay) {
  EXPECT_EQ(processed({{{1}}}, {1, 1, 0, 1, 1, 0, 1}),
            (std::vector<std::int16_t>{1, 1, 0, 1, 1, 0, 0}));
}

TEST(Postprocessing, StepsFollowEachOther) {
  // The largest foreground is the right piece; of its two pieces of label 2 one stays.
  EXPECT_EQ(processed({{{1, 2}}, {{2}}}, {2, 2, 0, 2, 2, 1, 2}),
            (std::vector<std::int16_t>{0, 0, 0, 2, 2, 1, 0}));
}

TEST(Postprocessing, RemovedVoxelsMayBecomeAnotherLabel) {
  EXPECT_EQ(processed({{{2}, 1}}, {2, 2, 0, 2}), (std::vector<std::int16_t>{2, 2, 0, 1}));
}

TEST(Postprocessing, AMapWithoutTheLabelStaysAsItIs) {
  EXPECT_EQ(processed({{{3}}}, {1, 0, 1}), (std::vector<std::int16_t>{1, 0, 1}));
}

TEST(Postprocessing, FilesAreReadAsTheyWereWritten) {
  const test::TemporaryFolder folder;
  const Postprocessing steps{{{1, 2}, 0}, {{2}, 1}};
  write_postprocessing_pkl(folder / "postprocessing.pkl", steps);
  EXPECT_EQ(read_postprocessing(folder / "postprocessing.pkl"), steps);
  write_json(folder / "postprocessing.json", postprocessing_json(steps));
  EXPECT_EQ(read_postprocessing(folder / "postprocessing.json"), steps);
}

TEST(Postprocessing, NnunetsOwnFilesAreRead) {
  const fs::path golden = fs::path(VOXARENA_SOURCE_DIR) / "tests/golden/postprocessing";
  EXPECT_EQ(read_postprocessing(golden / "labels.pkl"),
            (Postprocessing{{{1, 2, 3}}, {{2}}, {{3}}}));
  EXPECT_EQ(read_postprocessing(golden / "regions.pkl"),
            (Postprocessing{{{1, 2, 3}}, {{2, 3}}, {{3}}}));
}

TEST(Postprocessing, OtherFilesAreRefused) {
  const test::TemporaryFolder folder;
  const auto with = [&](const std::string& name, const std::string& text) {
    write_file(folder / name, text);
    return folder / name;
  };
  EXPECT_INPUT_ERROR(read_postprocessing(with("a.pkl", "no pickle")), "a.pkl");
  EXPECT_INPUT_ERROR(read_postprocessing(with("b.pkl", "cos\nsystem\n.")), "os.system");
  EXPECT_INPUT_ERROR(read_postprocessing(with("c.pkl", "\x80\x02]].")), "c.pkl");
  EXPECT_INPUT_ERROR(read_postprocessing(with("d.json", R"({"postprocessing_fns": ["erode"],
                                             "postprocessing_kwargs": [{}]})")),
                     "there is no function \"erode\"");
  EXPECT_INPUT_ERROR(read_postprocessing(with("e.json", "{}")), "e.json");
}

TEST(Postprocessing, AFolderKeepsItsGeometry) {
  const test::TemporaryFolder folder;
  RunContext context;
  context.quiet = true;
  LabelImage image{row({1, 1, 0, 1}), {}};
  image.geometry.spacing = {3, 2, 1};
  image.geometry.origin = {7, 8, 9};
  fs::create_directories(folder / "in");
  write_label(folder / "in/case.nii.gz", image);
  postprocess_folder(folder / "in", folder / "out", ".nii.gz", {{{1}}}, context);
  const LabelImage out = read_label(folder / "out/case.nii.gz");
  EXPECT_EQ(out.voxels.values, (std::vector<std::int16_t>{1, 1, 0, 0}));
  EXPECT_EQ(out.geometry.spacing, image.geometry.spacing);
  EXPECT_EQ(out.geometry.origin, image.geometry.origin);
  EXPECT_INPUT_ERROR(postprocess_folder(folder / "none", folder / "out", ".nii.gz", {}, context),
                     "none");
}

}  // namespace
}  // namespace voxarena
