#include "voxarena/weights/zip_file.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "voxarena/core/error.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

static_assert(std::endian::native == std::endian::little, "zip archives are little-endian");

// Section 4.3 of APPNOTE: signatures and sizes of the fixed parts.
constexpr std::uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50,
                        kEndRecord = 0x06054b50, kEnd64Record = 0x06064b50,
                        kEnd64Locator = 0x07064b50;
constexpr std::uint64_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56,
                        kLocatorBytes = 20, kLongestComment = 65535;
constexpr std::uint64_t kLargestDirectory = 64ULL << 20;
constexpr std::uint64_t kMostInflated = 1100;  // deflate's best is 1032 : 1
constexpr std::uint32_t kIn64 = 0xffffffff;    // "see the zip64 field"

template <class T>
T number(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

// Replaces what did not fit into 32 bits by the zip64 extra field's numbers; false if they lack.
bool apply_zip64(ZipEntry& entry, std::string_view extra) {
  while (extra.size() >= 4) {
    const auto id = number<std::uint16_t>(extra.data());
    const std::uint64_t bytes = number<std::uint16_t>(extra.data() + 2);
    extra.remove_prefix(4);
    if (bytes > extra.size()) return false;
    if (id == 1) {
      std::string_view field = extra.substr(0, bytes);
      for (std::uint64_t* value : {&entry.size, &entry.packed, &entry.header}) {
        if (*value != kIn64) continue;
        if (field.size() < sizeof(*value)) return false;
        *value = number<std::uint64_t>(field.data());
        field.remove_prefix(sizeof(*value));
      }
      return true;
    }
    extra.remove_prefix(bytes);
  }
  return entry.size != kIn64 && entry.packed != kIn64 && entry.header != kIn64;
}

std::uint32_t crc_of(const void* data, std::uint64_t bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(crc32_z(0, nullptr, 0), static_cast<const Bytef*>(data), bytes));
}

}  // namespace

bool is_zip_file(const fs::path& path) {
  std::array<char, 4> begin{};
  std::ifstream in(path, std::ios::binary);
  return in.read(begin.data(), begin.size()) && number<std::uint32_t>(begin.data()) == kLocalHeader;
}

ZipFile::ZipFile(const fs::path& path) : path_(path), in_(path, std::ios::binary) {
  std::error_code error;
  file_bytes_ = fs::file_size(path, error);
  if (error || !in_)
    throw Error::input(fmt::format("{}: cannot be read", path.string()),
                       "check the path and its access rights");
  read_directory(find_directory());
}

void ZipFile::malformed(const std::string& what) const {
  throw Error::input(fmt::format("{}: {}", path_.string(), what),
                     "the file is damaged, incomplete or no zip archive; fetch or make it again");
}

void ZipFile::read_at(std::uint64_t offset, void* destination, std::uint64_t bytes) {
  if (offset > file_bytes_ || bytes > file_bytes_ - offset) malformed("ends too early");
  in_.clear();
  in_.seekg(static_cast<std::streamoff>(offset));
  in_.read(static_cast<char*>(destination), static_cast<std::streamsize>(bytes));
  if (!in_) malformed("cannot be read");
}

ZipFile::Directory ZipFile::find_directory() {
  if (file_bytes_ < kEndBytes) malformed("is too short for a zip archive");
  std::string tail(std::min(file_bytes_, kEndBytes + kLongestComment), '\0');
  const std::uint64_t tail_offset = file_bytes_ - tail.size();
  read_at(tail_offset, tail.data(), tail.size());
  for (std::size_t at = tail.size() - kEndBytes + 1; at-- > 0;) {
    const char* record = tail.data() + at;
    if (number<std::uint32_t>(record) != kEndRecord) continue;
    if (at + kEndBytes + number<std::uint16_t>(record + 20) != tail.size()) continue;
    Directory found{number<std::uint32_t>(record + 16), number<std::uint32_t>(record + 12),
                    number<std::uint16_t>(record + 10)};
    const std::uint64_t end = tail_offset + at;
    std::array<char, kEnd64Bytes> wide{};
    if (end >= kLocatorBytes) read_at(end - kLocatorBytes, wide.data(), kLocatorBytes);
    if (number<std::uint32_t>(wide.data()) == kEnd64Locator) {
      read_at(number<std::uint64_t>(wide.data() + 8), wide.data(), kEnd64Bytes);
      if (number<std::uint32_t>(wide.data()) != kEnd64Record)
        malformed("has no zip64 record where one is announced");
      found = {number<std::uint64_t>(wide.data() + 48), number<std::uint64_t>(wide.data() + 40),
               number<std::uint64_t>(wide.data() + 32)};
    }
    return found;
  }
  malformed("has no directory of a zip archive at its end");
}

void ZipFile::read_directory(const Directory& directory) {
  if (directory.bytes > std::min(kLargestDirectory, file_bytes_) ||
      directory.entries > directory.bytes / kCentralBytes)
    malformed("declares an impossible directory");
  std::string text(directory.bytes, '\0');
  read_at(directory.offset, text.data(), text.size());
  std::string_view rest = text;
  std::uint64_t together = 0;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    if (rest.size() < kCentralBytes || number<std::uint32_t>(rest.data()) != kCentralHeader)
      malformed("has a damaged directory");
    const char* at = rest.data();
    const auto flags = number<std::uint16_t>(at + 8), method = number<std::uint16_t>(at + 10);
    const std::size_t name = number<std::uint16_t>(at + 28), extra = number<std::uint16_t>(at + 30),
                      comment = number<std::uint16_t>(at + 32);
    if (rest.size() - kCentralBytes < name + extra + comment) malformed("has a damaged directory");
    ZipEntry entry{.name = std::string(rest.substr(kCentralBytes, name)),
                   .size = number<std::uint32_t>(at + 24),
                   .packed = number<std::uint32_t>(at + 20),
                   .header = number<std::uint32_t>(at + 42),
                   .crc = number<std::uint32_t>(at + 16),
                   .deflated = method == 8};
    const auto refuse = [&](const char* what) {
      malformed(fmt::format("entry '{}' {}", entry.name, what));
    };
    if (!apply_zip64(entry, rest.substr(kCentralBytes + name, extra)))
      refuse("has a damaged zip64 field");
    if ((flags & 1U) != 0) refuse("is encrypted");
    if (method != 0 && method != 8) refuse("is compressed in an unknown way");
    if (entry.packed > file_bytes_) refuse("is longer than the file");
    if (!entry.deflated && entry.size != entry.packed) refuse("has two sizes");
    if (entry.deflated && entry.size / kMostInflated > entry.packed)
      refuse("declares more bytes than compression can hide");
    together += entry.packed;
    if (together > file_bytes_) malformed("has entries that overlap");
    rest.remove_prefix(kCentralBytes + name + extra + comment);
    entries_.push_back(std::move(entry));
  }
  std::ranges::sort(entries_, {}, &ZipEntry::name);
  const auto twice = std::ranges::adjacent_find(entries_, {}, &ZipEntry::name);
  if (twice != entries_.end()) malformed(fmt::format("has two entries '{}'", twice->name));
}

const ZipEntry* ZipFile::find(std::string_view name) const {
  const auto found = std::ranges::lower_bound(entries_, name, {}, &ZipEntry::name);
  return found != entries_.end() && found->name == name ? &*found : nullptr;
}

const ZipEntry& ZipFile::entry(std::string_view name) const {
  const ZipEntry* found = find(name);
  if (!found) malformed(fmt::format("has no entry '{}'", name));
  return *found;
}

std::uint64_t ZipFile::content_offset(const ZipEntry& entry) {
  std::array<char, kLocalBytes> local{};
  read_at(entry.header, local.data(), local.size());
  if (number<std::uint32_t>(local.data()) != kLocalHeader)
    malformed(fmt::format("entry '{}' is not where the directory says", entry.name));
  return entry.header + kLocalBytes + number<std::uint16_t>(local.data() + 26) +
         number<std::uint16_t>(local.data() + 28);
}

void ZipFile::inflate_into(const ZipEntry& entry, std::uint64_t offset, void* destination) {
  std::array<char, 1 << 16> block{};
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw Error::internal("zlib is not available");
  std::uint64_t taken = 0, written = 0;
  int status = Z_OK;
  // One byte beyond the declared size is room enough to notice that there is more.
  Bytef beyond = 0;
  while (status == Z_OK && taken < entry.packed) {
    const std::uint64_t bytes = std::min<std::uint64_t>(block.size(), entry.packed - taken);
    read_at(offset + taken, block.data(), bytes);
    taken += bytes;
    stream.next_in = reinterpret_cast<Bytef*>(block.data());
    stream.avail_in = static_cast<uInt>(bytes);
    while (status == Z_OK && stream.avail_in > 0 && written <= entry.size) {
      const std::uint64_t room = std::min<std::uint64_t>(entry.size - written, 1U << 30);
      stream.next_out = room > 0 ? static_cast<Bytef*>(destination) + written : &beyond;
      const auto given = static_cast<uInt>(std::max<std::uint64_t>(room, 1));
      stream.avail_out = given;
      status = inflate(&stream, Z_NO_FLUSH);
      written += given - stream.avail_out;
    }
    if (written > entry.size) break;
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || written != entry.size)
    malformed(fmt::format("entry '{}' does not inflate to the size it declares", entry.name));
}

void ZipFile::read(const ZipEntry& entry, void* destination) {
  const std::uint64_t offset = content_offset(entry);
  if (entry.deflated) {
    inflate_into(entry, offset, destination);
  } else {
    read_at(offset, destination, entry.size);
  }
  if (crc_of(destination, entry.size) != entry.crc)
    malformed(fmt::format("entry '{}' does not match its checksum", entry.name));
}

std::string ZipFile::read(const ZipEntry& entry, std::uint64_t limit) {
  if (entry.size > limit)
    malformed(
        fmt::format("entry '{}' has {} bytes, at most {} are read", entry.name, entry.size, limit));
  std::string text(entry.size, '\0');
  read(entry, text.data());
  return text;
}

}  // namespace voxarena
