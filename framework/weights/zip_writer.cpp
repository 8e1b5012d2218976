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

// Sizes beyond 32 bits stand in an extra field of their own.
bool is_far(std::uint64_t size, std::uint64_t packed) {
  return size >= kMost32 || packed >= kMost32;
}

// What local header and directory say in common: from the version needed to the length of the name.
void write_common(Bytes& out, const std::string& name, std::uint32_t crc, std::uint64_t size,
                  std::uint64_t packed, bool deflated) {
  constexpr int kUtf8Names = 1 << 11, kDeflate = 8;
  const bool far = is_far(size, packed);
  out.u16(kVersion).u16(kUtf8Names).u16(deflated ? kDeflate : 0).u16(0).u16(kFirstDay);
  out.u32(crc).u32(far ? kMost32 : packed).u32(far ? kMost32 : size).u16(name.size());
}

class Deflater {
 public:
  Deflater() {
    constexpr int kRaw = -15, kMemory = 9;  // without a header; zlib's most
    deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, kRaw, kMemory, Z_DEFAULT_STRATEGY);
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void add(std::string_view content) {
    while (!content.empty()) {
      const std::string_view step = content.substr(0, std::size_t{1} << 30U);
      feed(step, Z_NO_FLUSH);
      content.remove_prefix(step.size());
    }
  }
  std::string finish() {
    feed({}, Z_FINISH);
    return std::move(out_);
  }

 private:
  void feed(std::string_view content, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream_.avail_in = static_cast<uInt>(content.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      deflate(&stream_, flush);
      out_.append(buffer_.data(), buffer_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  std::vector<char> buffer_ = std::vector<char>(std::size_t{1} << 20U);
  std::string out_;
};

std::uint32_t checksum(std::uint32_t before, std::string_view content) {
  return static_cast<std::uint32_t>(
      crc32_z(before, reinterpret_cast<const Bytef*>(content.data()), content.size()));
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
  add_entry({name, content.size(), content.size(), written_, checksum(0, content), false}, content);
}

void ZipWriter::add_deflated(const std::string& name, std::span<const std::string_view> pieces) {
  Deflater deflater;
  std::uint32_t crc = 0;
  std::uint64_t size = 0;
  for (const std::string_view piece : pieces) {
    deflater.add(piece);
    crc = checksum(crc, piece);
    size += piece.size();
  }
  const std::string packed = deflater.finish();
  add_entry({name, size, packed.size(), written_, crc, true}, packed);
}

void ZipWriter::add_entry(const Entry& entry, std::string_view packed) {
  if (entry.name.size() > kLongestName) {
    throw Error::input(fmt::format("{}: entry '{}...' has a name too long for a zip archive",
                                   path_.string(), entry.name.substr(0, 80)),
                       "names may have 4 KiB");
  }
  entries_.push_back(entry);
  Bytes sizes;
  if (is_far(entry.size, entry.packed)) sizes.u16(1).u16(16).u64(entry.size).u64(entry.packed);
  // An extra field of torch's ("FB") fills up to the alignment; its head takes four bytes.
  const std::uint64_t before =
      written_ + kLocalHeaderBytes + entry.name.size() + sizes.get().size() + 4;
  const std::uint64_t filling = (kAlignment - before % kAlignment) % kAlignment;
  Bytes header;
  header.text("PK\x03\x04");
  write_common(header, entry.name, entry.crc, entry.size, entry.packed, entry.deflated);
  header.u16(sizes.get().size() + filling + 4).text(entry.name).text(sizes.get());
  header.text("FB").u16(filling).text(std::string(filling, 'Z'));
  write(header.get());
  write(packed);
}

std::string ZipWriter::directory() const {
  Bytes out;
  for (const Entry& entry : entries_) {
    const bool far_sizes = is_far(entry.size, entry.packed), far = entry.header >= kMost32;
    Bytes extra;
    if (far_sizes) extra.u64(entry.size).u64(entry.packed);
    if (far) extra.u64(entry.header);
    const std::size_t bytes = extra.get().size();
    out.text("PK\x01\x02").u16(kVersion);
    write_common(out, entry.name, entry.crc, entry.size, entry.packed, entry.deflated);
    out.u16(bytes == 0 ? 0 : bytes + 4).u16(0).u16(0).u16(0).u32(0);  // extra, comment, disk, ...
    out.u32(std::min(entry.header, kMost32)).text(entry.name);
    if (bytes > 0) out.u16(1).u16(bytes).text(extra.get());
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
