// First-stage logits as labels on the second stage's grid, beside Python's resample_and_save.
#include <gtest/gtest.h>

#include "inference/export.h"
#include "preprocessing/case_preprocessor.h"
#include "tests/inference/fixtures.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/previous_stage.h"
#include "voxarena/weights/zip_extract.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using testing::noise;

// The model's plans are those that Python resampled with.
TEST(NextStage, LabelsMatchNnunet) {
  const fs::path golden_folder = fs::path(VOXARENA_SOURCE_DIR) / "tests/golden/cascade";
  const test::TemporaryFolder folder;
  extract_zip(golden_folder / "model.zip", folder.path(), {}, 1 << 24);
  const fs::path model =
      folder / "Dataset901_Golden/nnUNetTrainer__nnUNetPlans__3d_cascade_fullres";
  const Plans plans = plans_from_json(read_json(model / "plans.json"), "plans.json");
  const Labels labels =
      Labels::from_dataset_json(read_json(model / "dataset.json"), "dataset.json");
  const Json shapes = read_json(golden_folder / "next_stage.json");
  for (const auto& [id, shape] : shapes.items()) {
    const Image image =
        read_image({fs::path(VOXARENA_SOURCE_DIR) / "tests/golden/nnunet_files/raw/imagesTr" /
                    (id + "_0000.nii.gz")});
    const Configuration& lowres = plans.configuration("3d_lowres");
    const PreprocessedCase one = preprocess_case(image, nullptr, plans, lowres, labels);
    EXPECT_EQ(one.data.size, shape["first"].get<Extent>());
    const auto size = shape["second"].get<Extent>();
    const Volume<std::int16_t> ours =
        next_stage_labels(noise(3, one.data.size), size, one.properties, plans, lowres, labels, 2);
    const PreviousStage pythons(golden_folder / "next_stage" / (id + ".b2nd"), size);
    EXPECT_EQ(ours.values, pythons.read({{}, size}).values);
  }
}

}  // namespace
}  // namespace voxarena
