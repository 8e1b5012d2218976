// Zip archives (zip64 where sizes or offsets need it), written entry by entry.
//
//   ZipWriter zip(path);
//   zip.add("archive/version", "3\n");
//   zip.commit();
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "voxarena/core/files.h"

namespace voxarena {

class ZipWriter {
 public:
  // Atomic: `path` appears with commit(), or not at all.
  explicit ZipWriter(const std::filesystem::path& path);

  // Stored as it is; the content begins at a multiple of 64 bytes, as in files of torch.save. Error
  // (input) for a name of more than 4 KiB, or if it cannot be written.
  void add(const std::string& name, std::string_view content);
  // The pieces one after the other, compressed.
  void add_deflated(const std::string& name, std::span<const std::string_view> pieces);
  void commit();

 private:
  struct Entry {
    std::string name;
    std::uint64_t size, packed, header;  // header: its offset
    std::uint32_t crc;
    bool deflated;
  };
  void add_entry(const Entry& entry, std::string_view packed);
  void write(std::string_view bytes);
  std::string directory() const;

  std::filesystem::path path_;
  AtomicFile file_;
  std::ofstream out_;
  std::uint64_t written_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace voxarena
