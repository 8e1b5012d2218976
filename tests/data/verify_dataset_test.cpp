#include <gtest/gtest.h>

#include <limits>

#include "tests/data/small_dataset.h"
#include "tests/support/expect_error.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {
namespace {

using test::small_image;
using test::small_label;
using test::SmallDataset;

void verify(const SmallDataset& data) {
  RunContext context;
  context.quiet = true;
  context.threads = 2;
  verify_dataset(open_raw_dataset("7", Roots{data.root(), {}, {}}), context);
}

TEST(VerifyDataset, a_good_data_set_passes) {
  const SmallDataset data;
  EXPECT_NO_THROW(verify(data));
}

TEST(VerifyDataset, an_empty_label_is_legal) {
  const SmallDataset data;
  LabelImage empty = small_label();
  std::fill(empty.voxels.values.begin(), empty.voxels.values.end(), std::int16_t{0});
  write_label(data.label("p_2"), empty);
  EXPECT_NO_THROW(verify(data));
}

TEST(VerifyDataset, nan_and_infinity) {
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const SmallDataset data;
    Image image = small_image();
    image.voxels.values[3] = value;
    write_image(data.image("p_2"), image);
    EXPECT_INPUT_ERROR(verify(data), "p_2_0000.nii.gz: 1 voxel(s) are NaN or infinite");
  }
}

TEST(VerifyDataset, undeclared_label) {
  const SmallDataset data;
  LabelImage label = small_label();
  label.voxels.values[3] = 7;
  write_label(data.label("p_2"), label);
  EXPECT_INPUT_ERROR(verify(data), "p_2.nii.gz: label value 7 is not declared");
}

TEST(VerifyDataset, label_of_another_size_or_spacing) {
  const SmallDataset data;
  write_label(data.label("p_2"), small_label({4, 5, 7}));
  EXPECT_INPUT_ERROR(verify(data),
                     "p_2.nii.gz: image and label differ: size (4, 5, 6) and (4, 5, 7)");
  LabelImage coarse = small_label();
  coarse.geometry.spacing[1] = 2;
  write_label(data.label("p_2"), coarse);
  EXPECT_INPUT_ERROR(verify(data),
                     "p_2.nii.gz: image and label differ: spacing (3, 1.5, 1.25) and (3, 2, 1.25)");
}

TEST(VerifyDataset, another_direction_is_only_a_warning) {
  const SmallDataset data;
  LabelImage turned = small_label();
  turned.geometry.direction = {-1, 0, 0, 0, -1, 0, 0, 0, 1};
  write_label(data.label("p_2"), turned);
  testing::internal::CaptureStderr();
  EXPECT_NO_THROW(verify(data));
  EXPECT_NE(
      testing::internal::GetCapturedStderr().find("p_2.nii.gz: image and label differ: direction"),
      std::string::npos);
}

TEST(VerifyDataset, all_findings_come_at_once) {
  const SmallDataset data;
  test::truncate_file(data.image("p.1"), 80);
  write_label(data.label("p_2"), small_label({4, 5, 7}));
  EXPECT_INPUT_ERROR(verify(data), "p.1_0000.nii.gz");
  EXPECT_INPUT_ERROR(verify(data), "p_2.nii.gz");
}

}  // namespace
}  // namespace voxarena
