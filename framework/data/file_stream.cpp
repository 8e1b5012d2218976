#include "voxarena/data/file_stream.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <vector>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr std::size_t kPart = 1 << 16;

}  // namespace

FileStream::FileStream(std::filesystem::path file, std::uint64_t offset) : file_(std::move(file)) {
  const int descriptor = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0 && ::lseek(descriptor, static_cast<off_t>(offset), SEEK_SET) >= 0) {
    stream_ = gzdopen(descriptor, "rb");
  }
  if (stream_ == nullptr) {
    if (descriptor >= 0) ::close(descriptor);
    throw Error::input(fmt::format("{}: cannot be opened", file_.string()),
                       "check its name and access rights");
  }
  gzbuffer(static_cast<gzFile>(stream_), kPart);
}

FileStream::~FileStream() { gzclose_r(static_cast<gzFile>(stream_)); }

std::size_t FileStream::read_some(void* buffer, std::size_t bytes) {
  auto* stream = static_cast<gzFile>(stream_);
  const int got =
      gzread(stream, buffer, static_cast<unsigned>(std::min<std::size_t>(bytes, 1U << 30)));
  int state = Z_OK;
  gzerror(stream, &state);
  if (got < 0 || (state != Z_OK && state != Z_STREAM_END)) fail();
  return static_cast<std::size_t>(got);
}

void FileStream::read(void* buffer, std::size_t bytes) {
  auto* out = static_cast<char*>(buffer);
  while (bytes > 0) {
    const std::size_t got = read_some(out, bytes);
    if (got == 0) fail();
    out += got;
    bytes -= got;
  }
}

void FileStream::skip(std::uint64_t bytes) {
  std::vector<char> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kPart)));
  while (bytes > 0) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, kPart));
    read(buffer.data(), part);
    bytes -= part;
  }
}

void FileStream::skip_to_end() {
  std::vector<char> buffer(1 << 12);  // mostly there is nothing left
  while (read_some(buffer.data(), buffer.size()) > 0) {
  }
}

void FileStream::fail() const {
  throw Error::input(fmt::format("{}: is truncated or damaged", file_.string()),
                     "copy or download the file again");
}

}  // namespace voxarena
