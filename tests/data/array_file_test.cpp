#include "voxarena/data/array_file.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace voxarena {
namespace {

constexpr ArrayShape kShape{2, 9, 20, 31};
constexpr ArrayShape kBlock{1, 4, 8, 8};
constexpr ArrayShape kChunk{1, 8, 16, 24};

std::vector<float> ramp() {
  std::vector<float> values(2 * 9 * 20 * 31);
  std::iota(values.begin(), values.end(), 0.5F);
  return values;
}

void write_ramp(const std::filesystem::path& file) {
  write_array(file, ramp().data(), kShape, kBlock, kChunk, kFloat32);
}

TEST(ArrayFile, whole_array_and_windows_come_back) {
  const test::TemporaryFolder folder;
  write_ramp(folder / "a.b2nd");
  const ArrayFile array(folder / "a.b2nd", kFloat32);
  EXPECT_EQ(array.shape(), kShape);
  std::vector<float> whole(ramp().size());
  array.read({}, kShape, whole.data());
  EXPECT_EQ(whole, ramp());

  std::vector<float> window(2 * 3 * 5 * 7);
  array.read({0, 4, 12, 20}, {2, 7, 17, 27}, window.data());
  std::size_t i = 0;
  for (std::int64_t c = 0; c < 2; ++c) {
    for (std::int64_t z = 4; z < 7; ++z) {
      for (std::int64_t y = 12; y < 17; ++y) {
        for (std::int64_t x = 20; x < 27; ++x) {
          EXPECT_EQ(window[i++], static_cast<float>(((c * 9 + z) * 20 + y) * 31 + x) + 0.5F);
        }
      }
    }
  }
}

TEST(ArrayFile, nothing_is_read_for_an_empty_window) {
  const test::TemporaryFolder folder;
  write_ramp(folder / "a.b2nd");
  const ArrayFile array(folder / "a.b2nd", kFloat32);
  EXPECT_NO_THROW(array.read({0, 3, 3, 3}, {2, 3, 5, 5}, nullptr));
  float value = 0;
  test::expect_error(
      [&] {
        array.read({0, 0, 0, 0}, {3, 1, 1, 1}, &value);
      },
      Error::Kind::internal, "outside the array");
}

TEST(ArrayFile, other_types_are_refused) {
  const test::TemporaryFolder folder;
  write_ramp(folder / "a.b2nd");
  EXPECT_INPUT_ERROR(ArrayFile(folder / "a.b2nd", kInt16), "a.b2nd: does not hold <i2 values");
  EXPECT_INPUT_ERROR(ArrayFile(folder / "a.b2nd", kInt32), "a.b2nd: does not hold <i4 values");
}

TEST(ArrayFile, missing_empty_or_foreign_files) {
  const test::TemporaryFolder folder;
  EXPECT_INPUT_ERROR(ArrayFile(folder / "absent.b2nd", kFloat32), "absent.b2nd: cannot be opened");
  test::write_text(folder / "empty.b2nd", "");
  EXPECT_INPUT_ERROR(ArrayFile(folder / "empty.b2nd", kFloat32), "empty.b2nd: is empty");
  test::write_text(folder / "text.b2nd", std::string(500, 'x'));
  EXPECT_INPUT_ERROR(ArrayFile(folder / "text.b2nd", kFloat32), "text.b2nd: is not a Blosc2 file");
}

TEST(ArrayFile, truncated_files_are_refused_wherever_they_end) {
  const test::TemporaryFolder folder;
  write_ramp(folder / "a.b2nd");
  const std::string whole = test::read_text(folder / "a.b2nd");
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 1 + whole.size() / 50) {
    test::write_text(folder / "a.b2nd", whole.substr(0, bytes));
    EXPECT_INPUT_ERROR(ArrayFile(folder / "a.b2nd", kFloat32), "a.b2nd: is ");
  }
}

// The format has no checksums: a flipped byte is refused, or changes values, but never brings the
// process down.
TEST(ArrayFile, damaged_bytes_never_crash) {
  const test::TemporaryFolder folder;
  write_ramp(folder / "a.b2nd");
  const std::string whole = test::read_text(folder / "a.b2nd");
  std::vector<float> values(ramp().size());
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += at < 400 ? 3 : 101) {
    std::string broken = whole;
    broken[at] = static_cast<char>(broken[at] ^ 0x5a);
    test::write_text(folder / "a.b2nd", broken);
    try {
      const ArrayFile array(folder / "a.b2nd", kFloat32);
      if (array.shape() == kShape) array.read({}, kShape, values.data());
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("a.b2nd"), std::string::npos);
      ++refused;
    }
  }
  EXPECT_GT(refused, 20);
}

}  // namespace
}  // namespace voxarena
