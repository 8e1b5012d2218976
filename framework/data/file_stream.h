// Reads the bytes of a plain or gzip-compressed file and insists that all of them are there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace voxarena {

// Every method throws an Error (input) that names the file if it is truncated or its checksum is
// wrong.
class FileStream {
 public:
  // Starts at byte `offset` of the file; what follows may be a gzip stream of its own.
  explicit FileStream(std::filesystem::path file, std::uint64_t offset = 0);
  ~FileStream();
  FileStream(const FileStream&) = delete;
  FileStream& operator=(const FileStream&) = delete;

  void read(void* buffer, std::size_t bytes);  // decompressed
  void skip(std::uint64_t bytes);
  void skip_to_end();  // checks the checksum of a gzip stream

 private:
  std::size_t read_some(void* buffer, std::size_t bytes);
  [[noreturn]] void fail() const;

  std::filesystem::path file_;
  void* stream_ = nullptr;  // gzFile
};

}  // namespace voxarena
