// The properties of a case that Python's nnU-Net preprocessed and pickled are those that come out
// here.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "preprocessing/case_preprocessor.h"
#include "tests/support/case_properties.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/data/case_properties.h"
#include "voxarena/data/image_io.h"
#include "voxarena/weights/zip_extract.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(VOXARENA_SOURCE_DIR) / "tests/golden/nnunet_files";

Plans golden_plans() {
  const test::TemporaryFolder folder;
  extract_zip(
      kGolden / "model.zip", folder.path(),
      [](const std::string& name) { return name.ends_with("plans.json"); }, 1 << 20);
  const fs::path file =
      folder / "Dataset901_Golden/nnUNetTrainer__nnUNetPlans__3d_fullres/plans.json";
  return plans_from_json(read_json(file), "plans.json");
}

void expect_python(const LabelImage& label, const Json& dataset, const std::string& pickle) {
  const Plans plans = golden_plans();
  const CaseProperties ours =
      preprocess_case(read_image({kGolden / "raw/imagesTr/case_1_0000.nii.gz"}), &label, plans,
                      plans.configuration("3d_fullres"),
                      Labels::from_dataset_json(dataset, "dataset.json"))
          .properties;
  const CaseProperties pythons = read_case_properties(kGolden / "cases" / pickle, Locations::read);
  test::expect_equal(ours, pythons);
}

TEST(NnunetCase, PropertiesOfLabels) {
  LabelImage label = read_label(kGolden / "raw/labelsTr/case_1.nii.gz");
  for (std::int16_t& value : label.voxels.values) {
    if (value == 3) value = 0;
  }
  expect_python(label, {{"labels", {{"background", 0}, {"a", 1}, {"b", 2}}}}, "plain.pkl");
}

TEST(NnunetCase, PropertiesOfRegionsWithAnIgnoreLabel) {
  const Json dataset = {
      {"labels", {{"background", 0}, {"whole", {1, 2}}, {"core", 2}, {"ignore", 3}}},
      {"regions_class_order", {1, 2}}};
  expect_python(read_label(kGolden / "raw/labelsTr/case_1.nii.gz"), dataset, "regions.pkl");
}

}  // namespace
}  // namespace voxarena
