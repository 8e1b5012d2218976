#include "voxarena/weights/zip_extract.h"

#include <gtest/gtest.h>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"
#include "tests/weights/archive.h"
#include "voxarena/weights/zip_file.h"
#include "voxarena/weights/zip_writer.h"

namespace voxarena {
namespace {

using test::archive;
using test::TemporaryFolder;

constexpr std::uint64_t kEnough = 1 << 20;

TEST(ExtractZip, WritesTheWantedEntries) {
  const TemporaryFolder folder;
  test::write_text(folder / "m.zip", archive({{"a/x.txt", "one"},
                                              {"a/b/y.txt", std::string(5000, 'y'), true},
                                              {"a/", ""},
                                              {"z.bin", "no"}}));
  extract_zip(
      folder / "m.zip", folder / "out",
      [](const std::string& name) { return name.ends_with(".txt"); }, kEnough);
  EXPECT_EQ(test::read_text(folder / "out/a/x.txt"), "one");
  EXPECT_EQ(test::read_text(folder / "out/a/b/y.txt"), std::string(5000, 'y'));
  EXPECT_FALSE(std::filesystem::exists(folder / "out/z.bin"));
}

TEST(ExtractZip, NothingLeavesTheFolder) {
  for (const char* name : {"../x", "a/../../x", "/etc/x", "..", "a\\..\\x", "C:x"}) {
    const TemporaryFolder folder;
    test::write_text(folder / "m.zip", archive({{"first", "1"}, {name, "2"}}));
    EXPECT_INPUT_ERROR(extract_zip(folder / "m.zip", folder / "out", {}, kEnough),
                       "would be written elsewhere");
    EXPECT_FALSE(std::filesystem::exists(folder / "out")) << name;
  }
}

TEST(ExtractZip, ABombIsRefused) {
  const TemporaryFolder folder;
  test::write_text(folder / "m.zip", archive({{"a", std::string(700'000, '\0'), true},
                                              {"b", std::string(700'000, '\0'), true}}));
  EXPECT_INPUT_ERROR(extract_zip(folder / "m.zip", folder / "out", {}, kEnough),
                     "more than 1 MB to extract");
}

TEST(ZipWriter, EntriesComeBack) {
  const TemporaryFolder folder;
  ZipWriter zip(folder / "m.zip");
  zip.add("a/one", "1");
  zip.add("b", std::string(1000, 'b'));
  zip.add("empty", "");
  EXPECT_FALSE(std::filesystem::exists(folder / "m.zip"));
  zip.commit();
  ZipFile read(folder / "m.zip");
  ASSERT_EQ(read.entries().size(), 3U);
  EXPECT_EQ(read.read(read.entry("a/one"), 10), "1");
  EXPECT_EQ(read.read(read.entry("b"), 1000), std::string(1000, 'b'));
  EXPECT_EQ(read.read(read.entry("empty"), 10), "");
}

}  // namespace
}  // namespace voxarena
