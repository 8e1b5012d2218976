// Entries of a zip archive (PKWARE's APPNOTE 6.3: stored or deflated, zip64), for files that nobody
// vouches for: nothing in the archive is believed before it was compared with the file.
//
//   ZipFile zip(path);
//   const std::string text = zip.read(zip.entry("archive/data.pkl"), 1 << 20);
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace voxarena {

struct ZipEntry {
  std::string name;
  std::uint64_t size = 0;    // bytes of the content
  std::uint64_t packed = 0;  // bytes in the file
  std::uint64_t header = 0;  // offset of the local header
  std::uint32_t crc = 0;
  bool deflated = false;
};

// True if the file begins as zip archives do.
bool is_zip_file(const std::filesystem::path& path);

class ZipFile {
 public:
  // Error (input) naming the file if it is missing, truncated or malformed, encrypted, or if two
  // entries have one name or together more bytes than the file.
  explicit ZipFile(const std::filesystem::path& path);

  const std::vector<ZipEntry>& entries() const { return entries_; }  // sorted by name
  const ZipEntry* find(std::string_view name) const;
  const ZipEntry& entry(std::string_view name) const;  // Error (input) if there is none

  // Writes entry.size bytes to `destination`. Error (input) if the content is damaged.
  void read(const ZipEntry& entry, void* destination);
  // The same as a text. Error (input) if it has more than `limit` bytes.
  std::string read(const ZipEntry& entry, std::uint64_t limit);

  const std::filesystem::path& path() const { return path_; }

 private:
  struct Directory {
    std::uint64_t offset, bytes, entries;
  };
  Directory find_directory();
  void read_directory(const Directory& directory);
  void read_at(std::uint64_t offset, void* destination, std::uint64_t bytes);
  std::uint64_t content_offset(const ZipEntry& entry);
  void inflate_into(const ZipEntry& entry, std::uint64_t offset, void* destination);
  [[noreturn]] void malformed(const std::string& what) const;

  std::filesystem::path path_;
  std::ifstream in_;
  std::uint64_t file_bytes_ = 0;
  std::vector<ZipEntry> entries_;
};

}  // namespace voxarena
