// Which reader a data set gets, and what the readers beside SimpleITKIO make of a file.
#include "voxarena/data/image_reader.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/data/small_dataset.h"
#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

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

TEST(ImageReader, ReorientingIsRefused) {
  const test::SmallDataset data;
  for (const auto reader : {ImageReader::simple_itk_reorient, ImageReader::nibabel_reorient}) {
    EXPECT_INPUT_ERROR(read_image({data.image("p_2")}, reader), name_of(reader));
    EXPECT_INPUT_ERROR(read_label(data.label("p_2"), reader), name_of(reader));
  }
}

}  // namespace
}  // namespace voxarena
