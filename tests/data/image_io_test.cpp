#include "voxarena/data/image_io.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <limits>
#include <thread>

#include "tests/data/four_dimensional.h"
#include "tests/data/small_dataset.h"
#include "tests/support/expect_error.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using test::small_image;
using test::small_label;
using test::TemporaryFolder;

// A rotation about z by 90 degrees with a flipped z axis.
Geometry turned() {
  Geometry geometry = small_image().geometry;
  geometry.direction = {0, -1, 0, 1, 0, 0, 0, 0, -1};
  return geometry;
}

TEST(ImageIo, all_formats_keep_voxels_and_geometry) {
  const TemporaryFolder folder;
  for (const char* name : {"a.nii.gz", "a.nii", "a.mha", "a.nrrd"}) {
    SCOPED_TRACE(name);
    Image image = small_image();
    image.geometry = turned();
    write_image(folder / name, image);
    const Image back = read_image({folder / name});
    EXPECT_EQ(back.voxels.channels, 1);
    EXPECT_EQ(back.voxels.size, image.voxels.size);
    EXPECT_EQ(back.voxels.values, image.voxels.values);
    EXPECT_EQ(compare_spacing(back.geometry, image.geometry), "");
    EXPECT_EQ(compare_origin_and_direction(back.geometry, image.geometry), "");
    EXPECT_EQ(back.geometry.file_dimension, 3);
  }
}

// What goes wrong goes wrong once in a hundred processes: where two threads are the first to read.
TEST(ImageIo, many_threads_may_be_the_first_to_read) {
  const TemporaryFolder folder;
  write_label(folder / "a.nii.gz", small_label());
  for (int attempt = 0; attempt < 300; ++attempt) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      std::atomic<int> ready{0};
      const auto read = [&] {
        for (++ready; ready < 2;) continue;
        for (int i = 0; i < 4; ++i) read_label(folder / "a.nii.gz");
      };
      std::thread other(read);
      read();
      other.join();
      _exit(0);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0) << "attempt " << attempt;
  }
}

TEST(ImageIo, two_dimensional_files_get_a_pseudo_spacing_and_stay_2d) {
  const TemporaryFolder folder;
  for (const char* name : {"a.nii.gz", "a.mha", "a.nrrd"}) {
    SCOPED_TRACE(name);
    Image image = small_image({1, 5, 6});
    image.geometry = Geometry{.file_dimension = 2, .spacing = {0, 1.5, 1.25}, .origin = {7, 8}};
    write_image(folder / name, image);
    const Image back = read_image({folder / name});
    EXPECT_EQ(back.geometry.file_dimension, 2);
    EXPECT_EQ(back.geometry.spacing, (Spacing{999 * 1.5, 1.5, 1.25}));
    EXPECT_EQ(back.geometry.origin, (std::array<double, 3>{7, 8, 0}));
    EXPECT_EQ(back.voxels.size, (Extent{1, 5, 6}));
    EXPECT_EQ(back.voxels.values, image.voxels.values);
  }
}

// As nnU-Net reads such a file through SimpleITK.
TEST(ImageIo, four_dimensional_file_holds_channels) {
  const TemporaryFolder folder;
  const std::string header = test::four_dimensional_nifti();
  test::write_text(folder / "a.nii", header);

  const Image image = read_image({folder / "a.nii"});
  EXPECT_EQ(image.voxels.channels, 2);
  EXPECT_EQ(image.voxels.size, (Extent{2, 2, 3}));
  EXPECT_EQ(image.geometry.spacing, (Spacing{3.5, 2.5, 1.5}));
  EXPECT_FLOAT_EQ(image.voxels.at(0, 0, 0, 1), 10.5F);
  EXPECT_FLOAT_EQ(image.voxels.at(1, 1, 1, 2), 21.5F);
}

TEST(ImageIo, channels_come_from_several_files) {
  const TemporaryFolder folder;
  Image second = small_image();
  second.voxels.values[0] = 42;
  write_image(folder / "a_0000.nii.gz", small_image());
  write_image(folder / "a_0001.nii.gz", second);
  const Image image = read_image({folder / "a_0000.nii.gz", folder / "a_0001.nii.gz"});
  EXPECT_EQ(image.voxels.channels, 2);
  EXPECT_EQ(image.voxels.at(1, 0, 0, 0), 42);
}

TEST(ImageIo, channels_of_different_grids_are_an_error) {
  const TemporaryFolder folder;
  write_image(folder / "a_0000.nii.gz", small_image());
  write_image(folder / "a_0001.nii.gz", small_image({4, 5, 7}));
  Image coarse = small_image();
  coarse.geometry.spacing[0] = 4;
  write_image(folder / "a_0002.nii.gz", coarse);
  EXPECT_INPUT_ERROR(read_image({folder / "a_0000.nii.gz", folder / "a_0001.nii.gz"}),
                     "size (4, 5, 6) and (4, 5, 7)");
  EXPECT_INPUT_ERROR(read_image({folder / "a_0000.nii.gz", folder / "a_0002.nii.gz"}),
                     "a_0002.nii.gz: spacing (3, 1.5, 1.25) and (4, 1.5, 1.25)");
}

TEST(ImageIo, differences_of_place_are_named) {
  Geometry moved = small_image().geometry;
  moved.origin[0] += 1;
  EXPECT_EQ(compare_origin_and_direction(small_image().geometry, moved),
            "origin (10, -20, 30) and (11, -20, 30)");
  EXPECT_TRUE(compare_origin_and_direction(small_image().geometry, turned())
                  .starts_with("direction (1, 0, 0"));
}

TEST(ImageIo, labels_round_trip) {
  const TemporaryFolder folder;
  for (const int largest : {254, 255, 3000}) {
    LabelImage label = small_label();
    label.voxels.values[5] = static_cast<std::int16_t>(largest);
    write_label(folder / "a.nii.gz", label);
    EXPECT_EQ(read_label(folder / "a.nii.gz").voxels.values, label.voxels.values);
  }
}

// nnU-Net's rule: one byte per voxel while the largest label is below 255.
TEST(ImageIo, labels_take_a_byte_below_255) {
  const TemporaryFolder folder;
  LabelImage label = small_label();
  for (const auto& [largest, bytes] : {std::pair{254, 1U}, {255, 2U}}) {
    label.voxels.values[5] = static_cast<std::int16_t>(largest);
    write_label(folder / "a.nii", label);
    EXPECT_EQ(fs::file_size(folder / "a.nii"), 352 + 4 * 5 * 6 * bytes);
  }
}

TEST(ImageIo, values_that_are_no_labels) {
  const TemporaryFolder folder;
  for (const float value : {0.5F, 40000.0F, -2.0F, std::numeric_limits<float>::quiet_NaN()}) {
    Image image = small_image();
    image.voxels.values[7] = value;
    write_image(folder / "label.nii.gz", image);
    EXPECT_INPUT_ERROR(read_label(folder / "label.nii.gz"),
                       "label.nii.gz: " + fmt::format("{}", value));
  }
}

TEST(ImageIo, truncated_files_are_errors_wherever_they_end) {
  const TemporaryFolder folder;
  for (const char* name : {"a.nii.gz", "a.nii", "a.mha", "a.nrrd"}) {
    write_image(folder / name, small_image({10, 20, 30}));
    const std::string whole = test::read_text(folder / name);
    for (const std::size_t missing :
         {std::size_t{1}, std::size_t{4}, std::size_t{9}, whole.size() / 2, whole.size() - 100,
          whole.size() - 3, whole.size()}) {
      SCOPED_TRACE(fmt::format("{} without its last {} of {} bytes", name, missing, whole.size()));
      test::write_text(folder / name, whole.substr(0, whole.size() - missing));
      EXPECT_INPUT_ERROR(read_image({folder / name}), name);
    }
  }
}

TEST(ImageIo, files_that_are_no_images) {
  const TemporaryFolder folder;
  for (const char* name : {"a.nii.gz", "a.nii", "a.mha", "a.nrrd"}) {
    test::write_text(folder / name, "this is not an image");
    EXPECT_INPUT_ERROR(read_image({folder / name}), name);
  }
  EXPECT_INPUT_ERROR(read_image({folder / "absent.nii.gz"}), "absent.nii.gz: no such file");
  EXPECT_INPUT_ERROR(read_image({folder.path()}), "unknown image format");
  EXPECT_INPUT_ERROR(read_image({folder / "a.jpg"}), "a.jpg: unknown image format");
}

TEST(ImageIo, a_full_disk_leaves_no_half_written_image) {
  const TemporaryFolder folder;
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limit{2000, before.rlim_max};
  for (const char* name : {"a.nii.gz", "a.nii", "a.mha", "a.nrrd"}) {
    SCOPED_TRACE(name);
    Image noise = small_image({20, 30, 40});
    std::uint32_t state = 1;
    for (float& value : noise.voxels.values)
      value = static_cast<float>(state = state * 1664525U + 1013904223U);
    setrlimit(RLIMIT_FSIZE, &limit);
    EXPECT_INPUT_ERROR(write_image(folder / name, noise), name);
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_TRUE(fs::is_empty(folder.path()));
  }
}

}  // namespace
}  // namespace voxarena
