#include "voxarena/data/previous_stage.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/data/array_file.h"

namespace voxarena {
namespace {

Volume<std::int16_t> counted(std::int64_t first) {
  Volume<std::int16_t> labels(1, {3, 4, 5});
  std::iota(labels.values.begin(), labels.values.end(), static_cast<std::int16_t>(first));
  return labels;
}

TEST(PreviousStage, ComesBackInWindows) {
  const test::TemporaryFolder folder;
  for (const std::int64_t first : {0, 250}) {  // one and two bytes a voxel
    const Volume<std::int16_t> labels = counted(first);
    write_previous_stage(folder / "case.b2nd", labels, {2, 2, 2});
    const PreviousStage stored(folder / "case.b2nd", labels.size);
    EXPECT_EQ(stored.read({{}, labels.size}).values, labels.values);
    const Volume<std::int16_t> window = stored.read({{-1, 2, 3}, {2, 6, 7}});
    EXPECT_EQ(window.size, (Extent{3, 4, 4}));
    EXPECT_EQ(window.at(0, 1, 0, 1), labels.at(0, 0, 2, 4));
    EXPECT_EQ(window.at(0, 2, 1, 0), labels.at(0, 1, 3, 3));
    EXPECT_EQ(window.at(0, 0, 0, 0), -1);
    EXPECT_EQ(window.at(0, 1, 2, 0), -1);
    EXPECT_EQ(window.at(0, 1, 0, 2), -1);
  }
}

TEST(PreviousStage, AFileOfPythonIsRead) {
  const std::filesystem::path file =
      std::filesystem::path(VOXARENA_SOURCE_DIR) / "tests/golden/cascade/next_stage/case_1.b2nd";
  const PreviousStage stored(file, {8, 13, 11});
  std::vector<std::int64_t> voxels(3);
  for (const std::int16_t label : stored.read({{}, {8, 13, 11}}).values)
    ++voxels.at(static_cast<std::size_t>(label));
  EXPECT_EQ(voxels, (std::vector<std::int64_t>{371, 358, 415}));
}

TEST(PreviousStage, WhatDoesNotFitIsNamed) {
  const test::TemporaryFolder folder;
  EXPECT_INPUT_ERROR(PreviousStage(folder / "case.b2nd", {3, 4, 5}),
                     "case.b2nd: the prediction of the previous stage is missing");
  write_previous_stage(folder / "case.b2nd", counted(0), {2, 2, 2});
  EXPECT_INPUT_ERROR(PreviousStage(folder / "case.b2nd", {3, 4, 6}),
                     "has 3 x 4 x 5 voxels, the preprocessed case has 3 x 4 x 6");
  test::write_text(folder / "case.b2nd", "no array at all");
  EXPECT_INPUT_ERROR(PreviousStage(folder / "case.b2nd", {3, 4, 5}), "is not a Blosc2 file");
  EXPECT_INPUT_ERROR(previous_stage_file({}, "case_7"), "case case_7: has no prediction");
}

}  // namespace
}  // namespace voxarena
