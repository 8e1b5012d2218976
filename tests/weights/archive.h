// Zip archives put together by hand, as torch.save or an attacker would.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/pickle/pieces.h"

namespace voxarena::test {

struct ArchiveEntry {
  std::string name, content;
  bool deflated = false;
  std::uint32_t size = 0;  // declared, if not 0, in place of the content's
  std::uint16_t flags = 0;
};

inline std::string deflated(const std::string& content) {
  std::string out(compressBound(content.size()), '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string archive(const std::vector<ArchiveEntry>& entries) {
  std::string file, directory;
  for (const ArchiveEntry& entry : entries) {
    const std::string packed = entry.deflated ? deflated(entry.content) : entry.content;
    const auto crc =
        static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(entry.content.data()),
                                         static_cast<uInt>(entry.content.size())));
    const auto size =
        entry.size != 0 ? entry.size : static_cast<std::uint32_t>(entry.content.size());
    // Version, flags, method, time, date, checksum, packed size, size, lengths of name and extra.
    const std::string common =
        raw<std::uint16_t>(20) + raw(entry.flags) + raw<std::uint16_t>(entry.deflated ? 8 : 0) +
        raw<std::uint32_t>(0) + raw(crc) + raw(static_cast<std::uint32_t>(packed.size())) +
        raw(size) + raw(static_cast<std::uint16_t>(entry.name.size())) + raw<std::uint16_t>(0);
    const auto offset = static_cast<std::uint32_t>(file.size());
    file += "PK\x03\x04" + common + entry.name + packed;
    directory += "PK\x01\x02" + raw<std::uint16_t>(20) + common + std::string(10, '\0') +
                 raw(offset) + entry.name;
  }
  const auto count = static_cast<std::uint16_t>(entries.size());
  const auto offset = static_cast<std::uint32_t>(file.size());
  return file + directory + "PK\x05\x06" + std::string(4, '\0') + raw(count) + raw(count) +
         raw(static_cast<std::uint32_t>(directory.size())) + raw(offset) + std::string(2, '\0');
}

// A file of torch.save with one storage, "0".
inline std::string pth(const std::string& pickle, const std::string& storage_bytes = "") {
  return archive({{"m/data.pkl", pickle}, {"m/data/0", storage_bytes}, {"m/version", "3\n"}});
}

}  // namespace voxarena::test
