// Files that are either complete or absent: everything is written to a temporary name beside the
// target, flushed to disk and renamed. A process killed at any moment leaves only complete files
// (and temporary ones, see below).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace voxarena {

// Reads a whole file. Error (input) if it is missing or unreadable.
std::string read_file(const std::filesystem::path& path);

// Flushing costs milliseconds a file. Without it a file still survives the death of the process
// whole, but after a power failure it may be truncated: for files whose readers notice that and
// that can be made again.
enum class Flush : bool { no, yes };

// Replaces `path` by `content` atomically; creates missing parent folders. Error (input) on a full
// disk or missing rights.
void write_file(const std::filesystem::path& path, std::string_view content,
                Flush flush = Flush::yes);

// For writers that want a file name of their own (ITK, Blosc2): hands out a temporary name in the
// target's folder with the same extension. commit() flushes and renames; without it the temporary
// file is removed.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  const std::filesystem::path& temporary() const { return temporary_; }
  void commit(Flush flush = Flush::yes);

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  bool committed_ = false;
};

// Creates a folder and its parents. Error (input) naming the folder.
void make_folder(const std::filesystem::path& folder);

// Removes what killed processes left behind in `folder` and, if asked for, below: files
// ".tmp-{process}-{number}-{name}". Those of another process that still runs are its own business.
void remove_temporary_files(const std::filesystem::path& folder, bool below = true);

}  // namespace voxarena
