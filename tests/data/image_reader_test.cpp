// Which reader a data set gets, and what the readers beside SimpleITKIO make of a file.
#include "voxarena/data/image_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <span>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/json.h"
#include "voxarena/data/case_properties.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/nifti_voxels.h"
#include "voxarena/data/orientation.h"
#include "voxarena/pickle/pickle.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

const fs::path kReadersGolden = fs::path(VOXARENA_SOURCE_DIR) / "tests/golden/readers";

std::string chosen(const Json& json, const std::string& ending, std::string* unknown = nullptr) {
  std::string name;
  const ImageReader reader = choose_image_reader(json, ending, name);
  if (unknown != nullptr) *unknown = name;
  return name_of(reader);
}

TEST(ImageReader, FollowsTheFileEnding) {
  EXPECT_EQ(chosen(Json::object(), ".nii.gz"), "SimpleITKIO");
  EXPECT_EQ(chosen(Json::object(), ".mha"), "SimpleITKIO");
  EXPECT_EQ(chosen(Json::object(), ".nii"), "NibabelIO");
}

TEST(ImageReader, IsTheOneThatDatasetJsonNames) {
  for (const char* name : {"NibabelIO", "NibabelIOWithReorient", "SimpleITKIOWithReorient"})
    EXPECT_EQ(chosen({{"overwrite_image_reader_writer", name}}, ".nii.gz"), name);
  EXPECT_EQ(chosen({{"overwrite_image_reader_writer", "None"}}, ".nii.gz"), "SimpleITKIO");
}

TEST(ImageReader, AnUnknownNameIsAsGoodAsNone) {
  std::string unknown;
  EXPECT_EQ(chosen({{"overwrite_image_reader_writer", "FooIO"}}, ".nii.gz", &unknown),
            "SimpleITKIO");
  EXPECT_EQ(unknown, "FooIO");
}

TEST(ImageReader, OfPlansMustExist) {
  EXPECT_EQ(image_reader("NibabelIO"), ImageReader::nibabel);
  EXPECT_INPUT_ERROR(image_reader("FooIO"), "the plans name the image reader 'FooIO'");
}

// What Python's classes read and write, for images that lie in three ways.
class ImageReaders : public testing::TestWithParam<const char*> {
 protected:
  fs::path image() const {
    const std::string name = GetParam();
    return kReadersGolden / (name.substr(0, name.find('_')) + ".nii.gz");
  }
  ImageReader reader() const {
    const std::string name = GetParam();
    return image_reader(name.substr(name.find('_') + 1));
  }
  fs::path pickle() const { return kReadersGolden / (std::string(GetParam()) + ".pkl"); }

  const Json expected = read_json(kReadersGolden / "readers.json")[GetParam()];
  test::TemporaryFolder folder;
};

void expect_near(std::span<const double> found, const Json& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i].get<double>(), tolerance) << i;
}

void expect_written(const fs::path& file, const Json& expected) {
  const LabelImage label = read_label(file);
  EXPECT_EQ(label.voxels.size, expected["size"].get<Extent>());
  EXPECT_EQ(label.voxels.values, expected["values"].get<std::vector<std::int16_t>>());
  expect_near(label.geometry.spacing, expected["spacing"], 1e-6);
  expect_near(label.geometry.origin, expected["origin"], 1e-5);
  expect_near(label.geometry.direction, expected["direction"], 1e-6);
  expect_near(read_nifti_place(file).affine, expected["nibabel_affine"], 1e-5);
}

TEST_P(ImageReaders, ReadAsPython) {
  const Image image = read_image({this->image()}, reader());
  EXPECT_EQ(image.voxels.size, expected["size"].get<Extent>());
  EXPECT_EQ(image.voxels.values, expected["values"].get<std::vector<float>>());
  const Json& properties = expected["properties"];
  const Geometry& geometry = image.geometry;
  expect_near(geometry.spacing, properties["spacing"], 1e-12);
  if (properties.contains("sitk_stuff")) {
    expect_near(geometry.origin, properties["sitk_stuff"]["origin"], 1e-6);
    expect_near(geometry.direction, properties["sitk_stuff"]["direction"], 1e-7);
  } else {
    expect_near(geometry.original_affine, properties["nibabel_stuff"]["original_affine"], 1e-12);
  }
}

TEST_P(ImageReaders, WriteLabelsAsPython) {
  const Image image = read_image({this->image()}, reader());
  LabelImage label{Volume<std::int16_t>(1, image.voxels.size), image.geometry};
  std::ranges::transform(image.voxels.values, label.voxels.values.begin(),
                         [](float v) { return static_cast<std::int16_t>(std::abs(v)) % 3; });
  write_label(folder / "seg.nii.gz", label);
  expect_written(folder / "seg.nii.gz", expected["written"]);
  EXPECT_EQ(read_label(folder / "seg.nii.gz", reader()).voxels.values, label.voxels.values);
}

// From the properties that lie beside probabilities, as for an ensemble.
TEST_P(ImageReaders, WriteLabelsFromPythonsProperties) {
  const Geometry geometry = read_case_properties(pickle(), Locations::skip).geometry;
  LabelImage label{Volume<std::int16_t>(1, expected["size"].get<Extent>()), geometry};
  std::ranges::transform(expected["values"].get<std::vector<int>>(), label.voxels.values.begin(),
                         [](int v) { return static_cast<std::int16_t>(std::abs(v) % 3); });
  write_label(folder / "seg.nii.gz", label);
  expect_written(folder / "seg.nii.gz", expected["written"]);
}

void expect_entry(const pickle::Value& entry, const Json& expected) {
  if (const auto* letters = entry.get<std::string>()) {
    EXPECT_EQ(*letters, expected);
    return;
  }
  const auto* array = entry.get<pickle::Array>();
  if (array == nullptr) return;  // tuples of numbers are read again below
  EXPECT_EQ(array->shape, (std::vector<std::int64_t>{4, 4}));
  for (std::size_t i = 0; i < 16; ++i)
    EXPECT_NEAR(array->real(i), expected[i].get<double>(), 1e-6) << i;
}

// Every entry that Python's reader would make, and no other: its writer looks them up by name.
TEST_P(ImageReaders, WritePythonsProperties) {
  CaseProperties properties = read_case_properties(pickle(), Locations::read);
  properties.geometry = read_image({image()}, reader()).geometry;
  write_case_properties(folder / "a.pkl", properties);
  const pickle::Content content = pickle::read(test::read_text(folder / "a.pkl"), "a.pkl");
  for (const char* group : {"sitk_stuff", "nibabel_stuff"}) {
    const pickle::Value* found = pickle::find(*content.root, group);
    ASSERT_EQ(found != nullptr, expected["properties"].contains(group));
    if (found == nullptr) continue;
    const Json& wanted = expected["properties"][group];
    for (const char* key : {"spacing", "origin", "direction", "original_orientation",
                            "original_affine", "reoriented_affine"}) {
      const pickle::Value* entry = pickle::find(*found, key);
      ASSERT_EQ(entry != nullptr, wanted.contains(key)) << key;
      if (entry != nullptr) expect_entry(*entry, wanted[key]);
    }
  }
  const Geometry again = read_case_properties(folder / "a.pkl", Locations::skip).geometry;
  EXPECT_EQ(again.reader, reader());
  EXPECT_EQ(again.original_orientation, properties.geometry.original_orientation);
  EXPECT_EQ(again.original_affine, properties.geometry.original_affine);
  EXPECT_EQ(again.spacing, properties.geometry.spacing);
}

INSTANTIATE_TEST_SUITE_P(OfPython, ImageReaders,
                         testing::Values("pir_SimpleITKIO", "pir_SimpleITKIOWithReorient",
                                         "pir_NibabelIO", "pir_NibabelIOWithReorient",
                                         "ras_SimpleITKIOWithReorient", "ras_NibabelIOWithReorient",
                                         "oblique_SimpleITKIO", "oblique_SimpleITKIOWithReorient",
                                         "oblique_NibabelIO", "oblique_NibabelIOWithReorient"));

// Pictures of all kinds, with what NaturalImage2DIO makes of them.
class Pictures : public ::testing::Test {
 protected:
  fs::path picture(const std::string& name) {
    const std::string hex = golden[name]["bytes"];
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
      bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    test::write_text(folder / name, bytes);
    return folder / name;
  }
  const Json golden = read_json(kReadersGolden / "pictures.json");
  test::TemporaryFolder folder;
};

TEST_F(Pictures, ReadAsPython) {
  for (const auto& [name, entry] : golden.items()) {
    SCOPED_TRACE(name);
    const fs::path file = picture(name);
    if (entry["read"].is_null() || name == "planar.tif") {
      EXPECT_INPUT_ERROR(read_image({file}, ImageReader::natural_image), name);
      continue;
    }
    const Image image = read_image({file}, ImageReader::natural_image);
    EXPECT_EQ(image.voxels.channels, entry["read"]["channels"]);
    EXPECT_EQ(image.voxels.size, entry["read"]["size"].get<Extent>());
    EXPECT_EQ(image.voxels.values, entry["read"]["values"].get<std::vector<float>>());
    EXPECT_EQ(image.geometry.spacing, (Spacing{999, 1, 1}));
    EXPECT_EQ(image.geometry.file_dimension, 2);
    EXPECT_EQ(image.geometry.reader, ImageReader::natural_image);
  }
}

TEST_F(Pictures, ThatAreCutShortAreNamed) {
  for (const char* name : {"grey16.png", "rgb.bmp", "palette.bmp", "rgb.tif", "lzw.tif"}) {
    const fs::path file = picture(name);
    for (const double part : {0.1, 0.5, 0.8, 0.98}) {
      const std::string whole = test::read_text(picture(name));
      test::write_text(
          file,
          whole.substr(0, static_cast<std::size_t>(part * static_cast<double>(whole.size()))));
      SCOPED_TRACE(part);
      EXPECT_INPUT_ERROR(read_image({file}), name);
    }
  }
}

TEST_F(Pictures, HoldLabels) {
  const Image image = read_image({picture("grey.png")});
  LabelImage label{Volume<std::int16_t>(1, image.voxels.size), image.geometry};
  for (const std::int16_t largest : {std::int16_t{2}, std::int16_t{300}}) {
    label.voxels.values.back() = largest;
    for (const char* name : {"a.png", "a.tif", "a.bmp"}) {
      const fs::path file = folder / name;
      if (largest == 300 && file.extension() == ".bmp") {
        EXPECT_INPUT_ERROR(write_label(file, label), "a.bmp");
        continue;
      }
      write_label(file, label);
      EXPECT_EQ(read_label(file).voxels.values, label.voxels.values) << name;
    }
  }
}

TEST_F(Pictures, ThatAreDamagedAreNamed) {
  for (const char* name : {"rgb.png", "palette.png", "rgb.bmp", "lzw.tif"}) {
    const std::string whole = test::read_text(picture(name));
    for (const std::size_t place : {std::size_t{1}, std::size_t{20}}) {  // kind and size
      std::string damaged = whole;
      damaged[place] = static_cast<char>(damaged[place] ^ 0x55);
      test::write_text(folder / name, damaged);
      try {
        read_image({folder / name});
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::input);
        EXPECT_NE(std::string(error.what()).find(name), std::string::npos);
      }
    }
  }
  EXPECT_INPUT_ERROR(read_image({picture("planar.tif")}), "its colours lie in separate planes");
}

TEST_F(Pictures, InColoursAreNoLabels) {
  EXPECT_INPUT_ERROR(read_label(picture("rgb.png")), "a label file with 3 channels");
}

TEST_F(Pictures, HaveAReaderOfTheirOwn) {
  EXPECT_EQ(chosen(Json::object(), ".png"), "NaturalImage2DIO");
  EXPECT_INPUT_ERROR(read_image({picture("grey.png")}, ImageReader::nibabel),
                     "NibabelIO does not read pictures");
  write_label(folder / "a.nii.gz", LabelImage{Volume<std::int16_t>(1, {1, 3, 4}), {}});
  EXPECT_INPUT_ERROR(read_image({folder / "a.nii.gz"}, ImageReader::natural_image),
                     "NaturalImage2DIO reads .png, .bmp and .tif alone");
}

TEST_F(Pictures, AreDescribedAsInPython) {
  const fs::path pkl = kReadersGolden / "picture_NaturalImage2DIO.pkl";
  const CaseProperties properties = read_case_properties(pkl, Locations::read);
  EXPECT_EQ(properties.geometry.reader, ImageReader::natural_image);
  EXPECT_EQ(properties.geometry.file_dimension, 2);
  write_case_properties(folder / "a.pkl", properties);
  const pickle::Content content = pickle::read(test::read_text(folder / "a.pkl"), "a.pkl");
  const pickle::Value* spacing = pickle::find(*content.root, "spacing");
  ASSERT_NE(spacing, nullptr);
  ASSERT_NE(spacing->get<pickle::Tuple>(), nullptr);
  EXPECT_EQ(pickle::find(*content.root, "sitk_stuff"), nullptr);
  EXPECT_EQ(read_case_properties(folder / "a.pkl", Locations::skip).geometry.reader,
            ImageReader::natural_image);
}

TEST(ImageReader, ReorientsVolumesAlone) {
  const test::TemporaryFolder folder;
  Image flat{Volume<float>(1, {1, 3, 4}), {}};
  flat.geometry.file_dimension = 2;
  flat.geometry.spacing = {999, 1, 1};
  for (const char* name : {"a.nii.gz", "a.mha"}) write_image(folder / name, flat);
  for (const auto reader : {ImageReader::simple_itk_reorient, ImageReader::nibabel_reorient})
    EXPECT_INPUT_ERROR(read_image({folder / "a.nii.gz"}, reader), "three dimensions alone");
  EXPECT_INPUT_ERROR(read_image({folder / "a.mha"}, ImageReader::nibabel),
                     ".nii and .nii.gz alone");
}

TEST(Orientation, IsTheOneThatBothLibrariesFind) {
  const auto text = [](const Orientation& orientation) {
    return std::string(orientation.begin(), orientation.end());
  };
  EXPECT_EQ(text(itk_orientation({1, 0, 0, 0, 1, 0, 0, 0, 1})), "LPS");
  const Json golden = read_json(kReadersGolden / "readers.json");
  for (const Json& one : golden.at("orientations")) {
    const auto direction = one["direction"].get<std::array<double, 9>>();
    EXPECT_EQ(text(itk_orientation(direction)), one["itk"]);
    EXPECT_EQ(text(nibabel_orientation(direction)), one["nibabel"]);
  }
}

}  // namespace
}  // namespace voxarena
