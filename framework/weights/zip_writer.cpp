#include "voxarena/weights/zip_writer.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kLongestName = 4096, kAlignment = 64;
constexpr std::uint64_t kLocalHeaderBytes = 30;
constexpr std::uint16_t kFirstDay = 0x21;  // 1980-01-01: the same content gives the same bytes
constexpr std::uint16_t kVersion = 45;     // of the format, with zip64

class Bytes {
 public:
  Bytes& u16(std::uint64_t value) { return append(value, 2); }
  Bytes& u32(std::uint64_t value) { return append(value, 4); }
  Bytes& u64(std::uint64_t value) { return append(value, 8); }
  Bytes& text(std::string_view value) {
    bytes_ += value;
    return *this;
  }
  const std::string& get() const { return bytes_; }

 private:
  Bytes& append(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xFFU);
    return *this;
  }
  std::string bytes_;
};

// What local header and directory say in common: from the version needed to the length of the name.
void write_common(Bytes& out, std::uint32_t crc, std::uint64_t size, const std::string& name) {
  constexpr int kUtf8Names = 1 << 11;
  out.u16(kVersion).u16(kUtf8Names).u16(0).u16(0).u16(kFirstDay);
  out.u32(crc).u32(size).u32(size).u16(name.size());
}

}  // namespace

ZipWriter::ZipWriter(const std::filesystem::path& path)
    : path_(path), file_(path), out_(file_.temporary(), std::ios::binary) {}

void ZipWriter::write(std::string_view bytes) {
  if (!out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    throw Error::input(fmt::format("{}: cannot be written", path_.string()),
                       "check the free space and your rights");
  }
  written_ += bytes.size();
}

void ZipWriter::add(const std::string& name, std::string_view content) {
  if (name.size() > kLongestName || content.size() >= kMost32) {
    throw Error::input(fmt::format("{}: entry '{}' is too long for a zip archive", path_.string(),
                                   name.substr(0, 80)),
                       "save it as safetensors");
  }
  const auto crc = static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
  entries_.push_back({name, content.size(), written_, crc});
  // An extra field of torch's ("FB") fills up to the alignment; its head takes four bytes.
  const std::uint64_t before = written_ + kLocalHeaderBytes + name.size() + 4;
  const std::uint64_t filling = (kAlignment - before % kAlignment) % kAlignment;
  Bytes header;
  header.text("PK\x03\x04");
  write_common(header, crc, content.size(), name);
  header.u16(filling + 4).text(name).text("FB").u16(filling).text(std::string(filling, 'Z'));
  write(header.get());
  write(content);
}

std::string ZipWriter::directory() const {
  Bytes out;
  for (const Entry& entry : entries_) {
    const bool far = entry.header >= kMost32;
    out.text("PK\x01\x02").u16(kVersion);
    write_common(out, entry.crc, entry.size, entry.name);
    out.u16(far ? 12 : 0).u16(0).u16(0).u16(0).u32(0);  // extra, comment, disk, attributes
    out.u32(std::min(entry.header, kMost32)).text(entry.name);
    if (far) out.u16(1).u16(8).u64(entry.header);
  }
  return out.get();
}

void ZipWriter::commit() {
  const std::string text = directory();
  const std::uint64_t offset = written_, count = entries_.size();
  constexpr std::uint64_t kMost16 = std::numeric_limits<std::uint16_t>::max();
  Bytes end;
  if (offset >= kMost32 || count >= kMost16) {
    end.text("PK\x06\x06").u64(44).u16(kVersion).u16(kVersion).u32(0).u32(0);
    end.u64(count).u64(count).u64(text.size()).u64(offset);
    end.text("PK\x06\x07").u32(0).u64(offset + text.size()).u32(1);
  }
  const std::uint64_t shown = std::min(count, kMost16);
  end.text("PK\x05\x06").u16(0).u16(0).u16(shown).u16(shown).u32(text.size());
  end.u32(std::min(offset, kMost32)).u16(0);
  write(text);
  write(end.get());
  out_.close();
  if (!out_) {
    throw Error::input(fmt::format("{}: cannot be written", path_.string()),
                       "check the free space and your rights");
  }
  file_.commit();
}

}  // namespace voxarena
