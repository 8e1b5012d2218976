#include "voxarena/weights/npz_file.h"

#include <gtest/gtest.h>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/files.h"
#include "voxarena/weights/zip_writer.h"

namespace voxarena {
namespace {

// An .npy of version 1.0 as numpy.save writes it.
std::string npy(const std::string& type, const std::string& order, const std::string& shape,
                const std::string& data) {
  std::string text =
      "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
  text.append(128 - 11 - text.size(), ' ');
  text += '\n';
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + text + data;
}

std::filesystem::path archive(const test::TemporaryFolder& folder, const std::string& content) {
  ZipWriter zip(folder / "a.npz");
  zip.add("probabilities.npy", content);
  zip.commit();
  return folder / "a.npz";
}

TEST(NpzFile, WhatIsWrittenIsReadAgain) {
  const test::TemporaryFolder folder;
  std::vector<float> values(2 * 3 * 4 * 5);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.25F * static_cast<float>(i);
  const std::vector<std::int64_t> shape{2, 3, 4, 5};
  write_npz(folder / "case.npz", "probabilities", values, shape);
  const NpzArray read = read_npz(folder / "case.npz", "probabilities");
  EXPECT_EQ(read.shape, shape);
  EXPECT_EQ(read.values, values);
}

TEST(NpzFile, ZerosTakeLittleRoom) {
  const test::TemporaryFolder folder;
  const std::vector<float> zeros(1'000'000);
  const std::vector<std::int64_t> shape{1'000'000};
  write_npz(folder / "zeros.npz", "a", zeros, shape);
  EXPECT_LT(std::filesystem::file_size(folder / "zeros.npz"), 40'000);
  EXPECT_EQ(read_npz(folder / "zeros.npz", "a").values, zeros);
}

TEST(NpzFile, HalfAndDoubleNumbersBecomeFloat) {
  const test::TemporaryFolder folder;
  const std::string half("\x00\x3c\x00\xc0", 4);  // 1, -2
  EXPECT_EQ(read_npz(archive(folder, npy("<f2", "False", "(2,)", half)), "probabilities").values,
            (std::vector<float>{1, -2}));
  const std::string real("\x00\x00\x00\x00\x00\x00\xf8\x3f", 8);  // 1.5
  EXPECT_EQ(read_npz(archive(folder, npy("<f8", "False", "(1, 1)", real)), "probabilities").values,
            std::vector<float>{1.5F});
}

TEST(NpzFile, OtherContentIsRefusedByName) {
  const test::TemporaryFolder folder;
  const auto expect = [&](const std::string& content, const std::string& message) {
    const auto file = archive(folder, content);
    EXPECT_INPUT_ERROR(read_npz(file, "probabilities"), message);
  };
  const std::string eight(8, '\0');
  expect("short", "is no array of NumPy");
  expect(npy("<f4", "True", "(2,)", eight), "is not in C order");
  expect(npy("<i8", "False", "(1,)", eight), "does not hold real numbers");
  expect(npy("<f4", "False", "(3,)", eight), "has another size than it declares");
  expect(npy("<f4", "False", "(4000000000, 4000000000)", eight), "more numbers than it has");
  expect(npy("<f4", "False", "(-1,)", eight), "more numbers than it has");
  const auto file = archive(folder, npy("<f4", "False", "(2,)", eight));
  EXPECT_INPUT_ERROR(read_npz(file, "softmax"), "softmax");
  EXPECT_INPUT_ERROR(read_npz(folder / "none.npz", "softmax"), "none.npz");
}

}  // namespace
}  // namespace voxarena
