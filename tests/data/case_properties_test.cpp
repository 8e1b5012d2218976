// Properties of cases as Python's nnU-Net pickles them, and as somebody with other plans might.
#include "voxarena/data/case_properties.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/pickle/pieces.h"
#include "tests/support/case_properties.h"
#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace {

using test::name;
using test::number;
using test::text;

const std::filesystem::path kGoldenCases =
    std::filesystem::path(VOXARENA_SOURCE_DIR) / "tests/golden/nnunet_files/cases";

CaseProperties read(const std::string& file) {
  return read_case_properties(kGoldenCases / file, Locations::read);
}

void expect_voxels(const std::vector<std::array<std::int32_t, 3>>& voxels, const Json& rows) {
  ASSERT_EQ(voxels.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t axis = 0; axis < 3; ++axis) ASSERT_EQ(voxels[i][axis], rows[i][axis + 1]);
  }
}

TEST(CaseProperties, AreRead) {
  const Json expected = read_json(kGoldenCases / "cases.json")["plain"];
  const CaseProperties properties = read("plain.pkl");
  EXPECT_EQ(properties.geometry.file_dimension, 3);
  EXPECT_EQ(properties.geometry.spacing, expected["spacing"].get<Spacing>());
  EXPECT_EQ(properties.geometry.origin, expected["sitk_stuff"]["origin"].get<Spacing>());
  EXPECT_EQ(properties.geometry.direction,
            (expected["sitk_stuff"]["direction"].get<std::array<double, 9>>()));
  EXPECT_EQ(properties.shape_before_cropping, expected["shape_before_cropping"].get<Extent>());
  EXPECT_EQ(properties.shape_after_cropping,
            expected["shape_after_cropping_and_before_resampling"].get<Extent>());
  for (std::size_t axis = 0; axis < 3; ++axis) {
    EXPECT_EQ(properties.crop.lo[axis], expected["bbox_used_for_cropping"][axis][0]);
    EXPECT_EQ(properties.crop.hi[axis], expected["bbox_used_for_cropping"][axis][1]);
  }
  ASSERT_EQ(properties.class_locations.size(), 2U);
  expect_voxels(properties.class_locations.at(1), expected["class_locations"]["1"]);
  expect_voxels(properties.class_locations.at(2), expected["class_locations"]["2"]);
  EXPECT_TRUE(properties.location_labels.empty());
}

TEST(CaseProperties, OfRegionsAreNumberedInTheirOrder) {
  const Json expected = read_json(kGoldenCases / "cases.json")["regions"]["class_locations"];
  const CaseProperties properties = read("regions.pkl");
  ASSERT_EQ(properties.class_locations.size(), 3U);
  expect_voxels(properties.class_locations.at(0), expected["(1, 2)"]);
  expect_voxels(properties.class_locations.at(1), expected["2"]);
  expect_voxels(properties.class_locations.at(kAnnotatedVoxels), expected["(-1, 0, 1, 2)"]);
  EXPECT_EQ(properties.location_labels.at(0), (LocationLabels{{1, 2}, true}));
  EXPECT_EQ(properties.location_labels.at(1), (LocationLabels{{2}, false}));
}

TEST(CaseProperties, AreTheSameInEveryProtocol) {
  const CaseProperties properties = read("plain.pkl");
  test::expect_equal(read("protocol5.pkl"), properties);
  test::expect_equal(read("protocol2_numpy1.pkl"), properties);
}

TEST(CaseProperties, LocationsMayBeSkipped) {
  const CaseProperties properties =
      read_case_properties(kGoldenCases / "plain.pkl", Locations::skip);
  EXPECT_TRUE(properties.class_locations.empty());
  EXPECT_EQ(properties.crop, read("plain.pkl").crop);
}

// The affine turns voxels (i, j, k) into (9 - 2 i, 8 + 1.5 k, 7 - 3 j) of a world whose first two
// axes point the other way round than ITK's.
TEST(CaseProperties, OfNibabelHaveItksGeometry) {
  const Geometry geometry = read("nibabel.pkl").geometry;
  EXPECT_EQ(geometry.spacing, (Spacing{1.5, 3, 2}));
  EXPECT_EQ(geometry.origin, (std::array<double, 3>{-9, -8, 7}));
  EXPECT_EQ(geometry.direction, (std::array<double, 9>{1, 0, 0, 0, 0, -1, 0, -1, 0}));
}

TEST(CaseProperties, ComeBackAsTheyWereWritten) {
  const test::TemporaryFolder folder;
  for (const char* file : {"plain.pkl", "regions.pkl"}) {
    const CaseProperties properties = read(file);
    write_case_properties(folder / file, properties);
    test::expect_equal(read_case_properties(folder / file, Locations::read), properties);
  }
}

TEST(CaseProperties, OfTwoDimensionsKeepThem) {
  const test::TemporaryFolder folder;
  CaseProperties properties;
  properties.geometry = {.file_dimension = 2,
                         .spacing = {999 * 0.7, 0.5, 0.7},
                         .origin = {1, 2, 0},
                         .direction = {0, -1, 0, 1, 0, 0, 0, 0, 1}};
  properties.shape_before_cropping = properties.shape_after_cropping = {1, 20, 30};
  properties.crop = {{0, 0, 0}, {1, 20, 30}};
  properties.class_locations = {{1, {}}};
  write_case_properties(folder / "a.pkl", properties);
  test::expect_equal(read_case_properties(folder / "a.pkl", Locations::read), properties);
}

// The file with the text of one key changed, or a value put in its place.
TEST(CaseProperties, DamagedFilesAreNamed) {
  const test::TemporaryFolder folder;
  const auto expect_refusal = [&](const std::string& content, const std::string& message) {
    test::write_text(folder / "a.pkl", content);
    EXPECT_INPUT_ERROR(read_case_properties(folder / "a.pkl", Locations::read), message);
  };
  const std::string whole = test::read_text(kGoldenCases / "plain.pkl");
  for (const char* key : {"spacing", "bbox_used_for_cropping", "shape_before_cropping",
                          "shape_after_cropping_and_before_resampling"}) {
    std::string renamed = whole;
    // The last one: 'spacing' stands in sitk_stuff as well, and is remembered from there.
    const std::size_t at = renamed.find(key);
    ASSERT_NE(at, std::string::npos);
    renamed[at] = 'X';
    expect_refusal(renamed, std::string("has no '") + key + "'");
  }
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 1 + bytes / 7)
    expect_refusal(whole.substr(0, bytes), "a.pkl: pickle, before byte");
  expect_refusal("\x80\x04].", "has no 'spacing'");
  expect_refusal(test::dict(test::call(name("os", "system"), {text("touch was_run")})),
                 "asks for os.system");
  expect_refusal(test::dict(test::call(name("numpy", "load"), {text("x")})), "asks for numpy.load");
}

TEST(CaseProperties, ImpossibleLocationsAreRefused) {
  const test::TemporaryFolder folder;
  CaseProperties properties = read("plain.pkl");
  properties.class_locations = {{1, {{1, 2, 3}}}};
  write_case_properties(folder / "a.pkl", properties);
  const std::string good = test::read_text(folder / "a.pkl");
  const std::size_t begin = good.find("cnumpy.core.multiarray");
  ASSERT_NE(begin, std::string::npos);
  const auto with = [&](const std::string& value) {
    test::write_text(folder / "b.pkl", good.substr(0, begin) + value + "uu.");
    return read_case_properties(folder / "b.pkl", Locations::read);
  };
  const auto rows = [](const std::string& type, std::vector<std::string> shape,
                       const std::string& content) {
    return test::numpy_array(test::numpy_type(type), shape, content);
  };
  const auto row = [](std::int64_t z) {
    return test::raw<std::int64_t>(0) + test::raw(z) + test::raw<std::int64_t>(2) +
           test::raw<std::int64_t>(3);
  };
  EXPECT_EQ(with(rows("i8", {number(1), number(4)}, row(7))).class_locations.at(1).front()[0], 7);
  EXPECT_INPUT_ERROR(with(rows("i8", {number(4)}, row(7))), "rows of four integers");
  EXPECT_INPUT_ERROR(with(rows("f8", {number(1), number(4)}, row(7))), "rows of four integers");
  EXPECT_INPUT_ERROR(with(rows("i8", {number(1), number(4)}, row(1LL << 40))),
                     "names a voxel outside any image");
  EXPECT_INPUT_ERROR(with(text("none")), "must hold lists of voxels");
  // Plain lists are read as well.
  EXPECT_EQ(with("](" + test::tuple({number(0), number(1), number(2), number(3)}) + "e")
                .class_locations.at(1)
                .front(),
            (std::array<std::int32_t, 3>{1, 2, 3}));
}

}  // namespace
}  // namespace voxarena
