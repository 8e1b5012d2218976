#include "voxarena/data/nifti_voxels.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "voxarena/core/error.h"
#include "voxarena/data/file_stream.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeaderBytes = 348;

// The fields of the header that say how voxels are stored.
struct Layout {
  bool swapped = false;  // of the other byte order
  std::int16_t type = 0;
  std::size_t offset = 0;
  double slope = 1;
  double intercept = 0;
};

template <class T>
T swap_bytes(T value) {
  std::array<char, sizeof(T)> bytes;
  std::memcpy(bytes.data(), &value, sizeof(T));
  std::reverse(bytes.begin(), bytes.end());
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

template <class T>
T field(const std::array<char, kHeaderBytes>& header, std::size_t at, bool swapped) {
  T value;
  std::memcpy(&value, header.data() + at, sizeof(T));
  return swapped ? swap_bytes(value) : value;
}

Layout read_layout(FileStream& stream, const fs::path& file) {
  std::array<char, kHeaderBytes> header{};
  stream.read(header.data(), kHeaderBytes);
  Layout layout;
  constexpr std::int32_t kSize = kHeaderBytes;
  layout.swapped = field<std::int32_t>(header, 0, false) != kSize;
  if (field<std::int32_t>(header, 0, layout.swapped) != kSize) {
    throw Error::input(fmt::format("{}: not a NIfTI-1 file", file.string()),
                       "convert it to NIfTI-1");
  }
  layout.type = field<std::int16_t>(header, 70, layout.swapped);
  const auto offset = field<float>(header, 108, layout.swapped);
  if (!(offset >= 348 && offset < 1e9F)) {
    throw Error::input(fmt::format("{}: the voxels start at byte {}", file.string(), offset),
                       "the file is damaged");
  }
  layout.offset = static_cast<std::size_t>(offset);
  const auto slope = field<float>(header, 112, layout.swapped);
  const auto intercept = field<float>(header, 116, layout.swapped);
  if (std::isfinite(slope) && slope != 0 && std::isfinite(intercept)) {  // 0 means: no scaling
    layout.slope = slope;
    layout.intercept = intercept;
  }
  return layout;
}

template <class T>
std::vector<float> read_as(FileStream& stream, const Layout& layout, std::size_t count) {
  const bool scaled = layout.slope != 1 || layout.intercept != 0;
  std::vector<float> values(count);
  std::vector<T> raw(std::min<std::size_t>(count, 1 << 16));
  for (std::size_t done = 0; done < count;) {
    const std::size_t part = std::min(raw.size(), count - done);
    stream.read(raw.data(), part * sizeof(T));
    for (std::size_t i = 0; i < part; ++i) {
      const T value = layout.swapped ? swap_bytes(raw[i]) : raw[i];
      values[done + i] =
          scaled ? static_cast<float>(static_cast<double>(value) * layout.slope + layout.intercept)
                 : static_cast<float>(value);
    }
    done += part;
  }
  return values;
}

std::vector<float> read_voxels(FileStream& stream, const Layout& layout, std::size_t count,
                               const fs::path& file) {
  switch (layout.type) {  // DT_* of the NIfTI-1 standard
    case 2: return read_as<std::uint8_t>(stream, layout, count);
    case 4: return read_as<std::int16_t>(stream, layout, count);
    case 8: return read_as<std::int32_t>(stream, layout, count);
    case 16: return read_as<float>(stream, layout, count);
    case 64: return read_as<double>(stream, layout, count);
    case 256: return read_as<std::int8_t>(stream, layout, count);
    case 512: return read_as<std::uint16_t>(stream, layout, count);
    case 768: return read_as<std::uint32_t>(stream, layout, count);
    case 1024: return read_as<std::int64_t>(stream, layout, count);
    case 1280: return read_as<std::uint64_t>(stream, layout, count);
    default: break;
  }
  throw Error::input(
      fmt::format("{}: voxels of NIfTI type {} cannot be read", file.string(), layout.type),
      "convert the file to integer or float voxels");
}

}  // namespace

std::vector<float> read_nifti_voxels(const fs::path& file, std::size_t count) {
  FileStream stream(file);
  const Layout layout = read_layout(stream, file);
  stream.skip(layout.offset - kHeaderBytes);
  std::vector<float> values = read_voxels(stream, layout, count, file);
  stream.skip_to_end();
  return values;
}

}  // namespace voxarena
