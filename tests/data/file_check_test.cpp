#include "voxarena/data/file_check.h"

#include <gtest/gtest.h>

#include "tests/data/small_dataset.h"
#include "tests/support/expect_error.h"
#include "voxarena/data/file_stream.h"

namespace voxarena {
namespace {

constexpr std::uint64_t kBytes = 4 * 5 * 6 * sizeof(float);

TEST(FileCheck, whole_files_pass_and_larger_promises_do_not) {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.nii.gz", "a.nii", "a.nrrd", "a.mha"})
    write_image(folder / name, test::small_image());
  EXPECT_NO_THROW(require_complete_nifti(folder / "a.nii.gz", kBytes));
  EXPECT_NO_THROW(require_complete_nifti(folder / "a.nii", kBytes));
  EXPECT_NO_THROW(require_complete_nrrd(folder / "a.nrrd", kBytes));
  EXPECT_NO_THROW(require_complete_meta_image(folder / "a.mha", kBytes));
  EXPECT_INPUT_ERROR(require_complete_nifti(folder / "a.nii.gz", kBytes + 1),
                     "a.nii.gz: is truncated");
  EXPECT_INPUT_ERROR(require_complete_nrrd(folder / "a.nrrd", kBytes + 1), "a.nrrd: is truncated");
}

TEST(FileStream, joined_gzip_streams_are_whole) {
  const test::TemporaryFolder folder;
  write_image(folder / "a.nii.gz", test::small_image());
  const std::string bytes = test::read_text(folder / "a.nii.gz");
  test::write_text(folder / "twice.gz", bytes + bytes);
  FileStream stream(folder / "twice.gz");
  EXPECT_NO_THROW(stream.skip(2 * (352 + kBytes)));
  EXPECT_NO_THROW(stream.skip_to_end());
  EXPECT_INPUT_ERROR(stream.skip(1), "twice.gz: is truncated or damaged");
}

TEST(FileStream, a_flipped_bit_fails_the_checksum) {
  const test::TemporaryFolder folder;
  write_image(folder / "a.nii.gz", test::small_image());
  std::string bytes = test::read_text(folder / "a.nii.gz");
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);  // in the checksum
  test::write_text(folder / "a.nii.gz", bytes);
  EXPECT_INPUT_ERROR(FileStream(folder / "a.nii.gz").skip_to_end(),
                     "a.nii.gz: is truncated or damaged");
}

}  // namespace
}  // namespace voxarena
