#include "voxarena/core/files.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/expect_error.h"
#include "tests/support/temporary_folder.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

std::size_t count_entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// Files cannot grow beyond `bytes` while this lives, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(Files, write_replaces_the_file_and_makes_parent_folders) {
  const TemporaryFolder folder;
  write_file(folder / "a/b/text", "first");
  write_file(folder / "a/b/text", "second");
  EXPECT_EQ(read_file(folder / "a/b/text"), "second");
  EXPECT_EQ(count_entries(folder / "a/b"), 1U) << "a temporary file was left";
}

TEST(Files, reading_a_missing_file_or_a_folder_names_it) {
  const TemporaryFolder folder;
  EXPECT_INPUT_ERROR(read_file(folder / "absent"), "absent");
  EXPECT_INPUT_ERROR(read_file(folder.path()), folder.path().string());
}

TEST(Files, full_disk_keeps_the_old_content) {
  const TemporaryFolder folder;
  write_file(folder / "text", "old");
  {
    const FileSizeLimit limit(1000);
    EXPECT_INPUT_ERROR(write_file(folder / "text", std::string(5000, 'x')), "text");
  }
  EXPECT_EQ(read_file(folder / "text"), "old");
  EXPECT_EQ(count_entries(folder.path()), 1U);
}

TEST(Files, read_only_folder_is_an_error) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_INPUT_ERROR(write_file(folder / "text", "x"), "text");
  fs::permissions(folder.path(), fs::perms::owner_all);
}

TEST(Files, a_file_in_place_of_a_folder_is_an_error) {
  const TemporaryFolder folder;
  write_file(folder / "file", "x");
  EXPECT_INPUT_ERROR(make_folder(folder / "file/below"), "file");
  EXPECT_INPUT_ERROR(write_file(folder / "file/below/text", "x"), "file");
}

TEST(AtomicFile, disappears_without_commit) {
  const TemporaryFolder folder;
  {
    const AtomicFile file(folder / "image.nii.gz");
    EXPECT_TRUE(file.temporary().filename().string().ends_with("image.nii.gz"));
    test::write_text(file.temporary(), "half");
  }
  EXPECT_EQ(count_entries(folder.path()), 0U);
}

TEST(AtomicFile, commit_of_a_file_that_was_never_written_is_an_error) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "never");
  EXPECT_INPUT_ERROR(file.commit(), "never");
}

TEST(Files, left_over_temporary_files_are_removed_at_any_depth) {
  const TemporaryFolder folder;
  const fs::path left_over = folder / "deep/.tmp-999999999-0-a.json";  // no system has that many
  const fs::path in_use = folder / fmt::format("deep/.tmp-{}-0-a.json", getppid());
  test::write_text(left_over, "half");
  test::write_text(in_use, "half");
  test::write_text(folder / ".tmp-of-another-program", "whole");
  test::write_text(folder / "deep/a.json", "whole");
  remove_temporary_files(folder.path());
  EXPECT_FALSE(fs::exists(left_over));
  EXPECT_TRUE(fs::exists(in_use)) << "its process still runs";
  EXPECT_TRUE(fs::exists(folder / ".tmp-of-another-program"));
  EXPECT_TRUE(fs::exists(folder / "deep/a.json"));
}

}  // namespace
}  // namespace voxarena
