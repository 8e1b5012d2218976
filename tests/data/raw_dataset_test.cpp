#include "voxarena/data/raw_dataset.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "tests/data/small_dataset.h"
#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using test::SmallDataset;

RawDataset open(const SmallDataset& data) {
  return open_raw_dataset("7", Roots{data.root(), {}, {}});
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(RawDataset, lists_cases_in_order) {
  const SmallDataset data;
  const RawDataset dataset = open(data);
  EXPECT_EQ(dataset.name, "Dataset007_Small");
  EXPECT_EQ(dataset.channel_names, (std::vector<std::string>{"MRI"}));
  EXPECT_EQ(dataset.labels.heads(), 3);
  ASSERT_EQ(dataset.cases.size(), 3U);
  EXPECT_EQ(dataset.cases[0].id, "p.1");
  EXPECT_EQ(dataset.cases[1].id, "p_2");
  EXPECT_EQ(dataset.find("p_3").images, (std::vector<fs::path>{data.image("p_3")}));
  EXPECT_EQ(dataset.find("p_3").label, data.label("p_3"));
  EXPECT_INPUT_ERROR(dataset.find("p_4"), "Dataset007_Small: has no case 'p_4'");
}

TEST(RawDataset, number_name_and_path_mean_the_same) {
  const SmallDataset data;
  const Roots roots{data.root(), {}, {}};
  for (const std::string& spelling :
       {std::string("7"), std::string("007"), std::string("Dataset007_Small"),
        data.folder().string(), data.folder().string() + "/"}) {
    EXPECT_EQ(resolve_dataset_name(spelling, roots), "Dataset007_Small") << spelling;
    EXPECT_EQ(open_raw_dataset(spelling, roots).cases.size(), 3U) << spelling;
  }
}

TEST(RawDataset, a_number_is_looked_up_below_all_roots) {
  const test::TemporaryFolder raw, preprocessed;
  fs::create_directory(preprocessed / "Dataset007_Small");
  const Roots roots{raw.path(), preprocessed.path(), {}};
  EXPECT_EQ(resolve_dataset_name("7", roots), "Dataset007_Small");
  EXPECT_INPUT_ERROR(resolve_dataset_name("8", roots), "data set 8: no folder Dataset008_");
  fs::create_directory(raw / "Dataset007_Other");
  EXPECT_INPUT_ERROR(resolve_dataset_name("7", roots), "Dataset007_Other, Dataset007_Small");
}

TEST(RawDataset, options_win_over_the_environment) {
  setenv("nnUNet_raw", "/from/environment", 1);
  EXPECT_EQ(Roots::from("", "", "").raw, "/from/environment");
  EXPECT_EQ(Roots::from("/from/option", "", "").raw, "/from/option");
  unsetenv("nnUNet_raw");
  EXPECT_TRUE(Roots::from("", "", "").raw.empty());
  EXPECT_INPUT_ERROR(open_raw_dataset("Dataset007_Small", {}), "no folder of raw data is set");
}

TEST(RawDataset, broken_dataset_json) {
  const SmallDataset data;
  const std::string good = test::kDatasetJson;
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "not valid JSON"},
      {"[]", "not a JSON object"},
      {replaced(good, "3,", "4,"), "numTraining is 4 but there are 3 training cases"},
      {replaced(good, "3,", "\"3\","), "numTraining is \"3\", not an integer"},
      {replaced(good, "numTraining", "number"), "'numTraining' is missing"},
      {replaced(good, "channel_names", "channels"), "'channel_names' is missing"},
      {replaced(good, "{\"0\": \"MRI\"}", "[\"MRI\"]"), "'channel_names' must map"},
      {replaced(good, "{\"0\": \"MRI\"}", "{\"1\": \"MRI\"}"), "'channel_names' must map"},
      {replaced(good, "file_ending", "ending"), "'file_ending' is missing"},
      {replaced(good, ".nii.gz", ".gipl"), "file_ending \".gipl\" is not supported"},
      {replaced(good, "\"b\"", "\"a\""), "key \"a\" appears twice"},
  };
  for (const auto& [text, message] : table) {
    test::write_text(data.json(), text);
    EXPECT_INPUT_ERROR(open(data), message);
    EXPECT_INPUT_ERROR(open(data), "dataset.json");
  }
  fs::remove(data.json());
  EXPECT_INPUT_ERROR(open(data), "dataset.json: no such file");
}

TEST(RawDataset, an_unknown_reader_gives_way_to_that_of_the_ending) {
  const SmallDataset data;
  const std::string ending = R"("file_ending": ".nii.gz")";
  const auto with = [&](const std::string& reader) {
    const std::string named = ending + R"(, "overwrite_image_reader_writer": ")" + reader + '"';
    test::write_text(data.json(), replaced(test::kDatasetJson, ending, named));
    return open(data);
  };
  EXPECT_EQ(with("NibabelIO").reader, ImageReader::nibabel);
  EXPECT_EQ(with("FooIO").reader, ImageReader::simple_itk);
  EXPECT_EQ(with("FooIO").unknown_reader, "FooIO");
}

TEST(RawDataset, very_old_files_call_the_channels_modality) {
  const SmallDataset data;
  test::write_text(data.json(), replaced(test::kDatasetJson, "channel_names", "modality"));
  EXPECT_EQ(open(data).channels(), 1);
}

TEST(RawDataset, missing_and_surplus_files) {
  {
    const SmallDataset data;
    fs::remove(data.label("p_2"));
    EXPECT_INPUT_ERROR(open(data), "p_2.nii.gz: the label of case 'p_2' is missing");
  }
  {
    const SmallDataset data;
    fs::rename(data.image("p_2"), data.image("p_2", 1));
    EXPECT_INPUT_ERROR(open(data), "p_2_0000.nii.gz: missing channel file");
  }
  {
    const SmallDataset data;
    fs::copy_file(data.image("p_2"), data.image("p_2", 1));
    EXPECT_INPUT_ERROR(open(data), "case 'p_2' has 2 channel(s) but dataset.json declares 1");
  }
  {
    const SmallDataset data;
    fs::rename(data.image("p_2"), data.folder() / "imagesTr/p2.nii.gz");
    EXPECT_INPUT_ERROR(open(data), "p2.nii.gz: the name has no channel number");
  }
  {
    const SmallDataset data;
    fs::remove_all(data.folder() / "imagesTr");
    EXPECT_INPUT_ERROR(open(data), "imagesTr: cannot be listed");
    fs::create_directory(data.folder() / "imagesTr");
    EXPECT_INPUT_ERROR(open(data), "imagesTr: holds no images ending in .nii.gz");
  }
}

TEST(RawDataset, two_channels_need_two_files) {
  const SmallDataset data;
  test::write_text(data.json(), replaced(test::kDatasetJson, "\"MRI\"", "\"T1\", \"1\": \"T2\""));
  for (const char* id : {"p.1", "p_2"}) fs::copy_file(data.image(id), data.image(id, 1));
  EXPECT_INPUT_ERROR(open(data), "case 'p_3' has 1 channel(s) but dataset.json declares 2");
  fs::copy_file(data.image("p_3"), data.image("p_3", 1));
  EXPECT_EQ(open(data).cases.at(2).images.size(), 2U);
}

TEST(RawDataset, the_file_list_form) {
  const SmallDataset data;
  setenv("VOXARENA_TEST_FOLDER", data.folder().c_str(), 1);
  const auto with_list = [](const std::string& list) {
    return replaced(replaced(test::kDatasetJson, "3,", "2,"), "\"file_ending\"",
                    "\"dataset\": " + list + ", \"file_ending\"");
  };
  const std::string one =
      R"("z": {"images": ["imagesTr/p_2_0000.nii.gz"], "label": "labelsTr/p_2.nii.gz"})";
  const std::string two =
      R"("a": {"images": ["${VOXARENA_TEST_FOLDER}/imagesTr/p_3_0000.nii.gz"], "label": "./labelsTr/p_3.nii.gz"})";
  test::write_text(data.json(), with_list("{" + one + "," + two + "}"));
  const RawDataset dataset = open(data);
  ASSERT_EQ(dataset.cases.size(), 2U);
  EXPECT_EQ(dataset.cases[0].id, "a");
  EXPECT_EQ(dataset.cases[0].images.at(0), data.image("p_3"));
  EXPECT_EQ(dataset.cases[0].label, data.label("p_3"));

  const std::vector<std::pair<std::string, std::string>> table = {
      {"{" + one + "," + one + "}", "key \"z\" appears twice"},
      {"{" + one + "," + replaced(one, "\"z\"", "\"y\"") + "}", "cases 'z' and 'y' are duplicates"},
      {"{" + one + "," + replaced(two, "p_3_0000", "p_9_0000") + "}",
       "p_9_0000.nii.gz: the image of case 'a' is missing"},
      {"{" + one + "," + replaced(two, "p_3.nii", "p_9.nii") + "}",
       "p_9.nii.gz: the label of case 'a' is missing"},
      {"{" + one + R"(, "a": {"images": [], "label": "x"}})",
       "dataset.a is not of the expected form"},
      {"{" + one + R"(, "a": {"images": [3], "label": "labelsTr/p_3.nii.gz"}})",
       "dataset.a.images: 3 is not a path"},
      {"[]", "'dataset' is not an object"},
      {"{" + one + "}", "numTraining is 2 but there are 1"},
  };
  for (const auto& [list, message] : table) {
    test::write_text(data.json(), with_list(list));
    EXPECT_INPUT_ERROR(open(data), message);
  }
}

TEST(ListCases, prediction_needs_no_labels) {
  const SmallDataset data;
  const auto cases = list_cases(data.folder() / "imagesTr", ".nii.gz", 1);
  ASSERT_EQ(cases.size(), 3U);
  EXPECT_TRUE(cases[0].label.empty());
}

}  // namespace
}  // namespace voxarena
