#include "voxarena/core/files.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <vector>

#include "voxarena/core/error.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kTemporaryPrefix = ".tmp-";

[[noreturn]] void fail(const fs::path& path, std::string_view what, int error) {
  const char* hint = "check the folder and its access rights";
  if (error == ENOSPC || error == EDQUOT) hint = "free some disk space and start again";
  throw Error::input(fmt::format("{}: {}: {}", path.string(), what, std::strerror(error)), hint);
}

fs::path temporary_name(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  return target.parent_path() / fmt::format("{}{}-{}-{}", kTemporaryPrefix, getpid(), counter++,
                                            target.filename().string());
}

// What temporary_name() gave in a process that is gone, or in an earlier one of this number.
bool is_left_over(const std::string& name) {
  int process = 0;
  unsigned counter = 0;
  if (std::sscanf(name.c_str(), ".tmp-%d-%u-", &process, &counter) != 2) return false;
  const bool runs = ::kill(process, 0) == 0 || errno == EPERM;
  return !runs || process == getpid();
}

void flush_to_disk(const fs::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) fail(path, "cannot be opened", errno);
  const int failed = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  if (failed != 0) fail(path, "cannot be written", failed);
}

}  // namespace

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file || fs::is_directory(path)) fail(path, "cannot be read", errno == 0 ? EISDIR : errno);
  std::string content(static_cast<std::size_t>(file.tellg()), '\0');
  file.seekg(0);
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (!file) fail(path, "cannot be read", EIO);
  return content;
}

void write_file(const fs::path& path, std::string_view content, Flush flush) {
  AtomicFile file(path);
  const int out = ::open(file.temporary().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (out < 0) fail(path, "cannot be written", errno);
  while (!content.empty()) {
    const ssize_t written = ::write(out, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      const int error = errno;
      ::close(out);
      fail(path, "cannot be written", error);
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::close(out) != 0) fail(path, "cannot be written", errno);
  file.commit(flush);
}

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)) {
  if (target_.has_parent_path()) make_folder(target_.parent_path());
  temporary_ = temporary_name(target_);
}

AtomicFile::~AtomicFile() {
  if (committed_) return;
  std::error_code ignored;
  fs::remove(temporary_, ignored);
}

void AtomicFile::commit(Flush flush) {
  if (flush == Flush::yes) flush_to_disk(temporary_, O_RDONLY);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    fail(target_, "cannot be replaced", errno);
  }
  committed_ = true;
  if (flush == Flush::no) return;
  flush_to_disk(target_.has_parent_path() ? target_.parent_path() : fs::path("."),
                O_RDONLY | O_DIRECTORY);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) fail(folder, "cannot be created", error.value());
}

void remove_temporary_files(const fs::path& folder, bool below) {
  std::error_code ignored;
  std::vector<fs::path> left_over;
  for (fs::recursive_directory_iterator it(folder, ignored), end; it != end;
       it.increment(ignored)) {
    if (!below) it.disable_recursion_pending();
    if (is_left_over(it->path().filename().string())) left_over.push_back(it->path());
  }
  for (const fs::path& path : left_over) fs::remove_all(path, ignored);
}

}  // namespace voxarena
