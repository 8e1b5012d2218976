#include "voxarena/data/nifti_voxels.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "voxarena/core/error.h"
#include "voxarena/data/file_stream.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeaderBytes = 348;
using Header = std::array<char, kHeaderBytes>;

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
T field(const Header& header, std::size_t at, bool swapped) {
  T value;
  std::memcpy(&value, header.data() + at, sizeof(T));
  return swapped ? swap_bytes(value) : value;
}

// The header's bytes, and whether they are of the other byte order.
std::pair<Header, bool> read_header(FileStream& stream, const fs::path& file) {
  Header header{};
  stream.read(header.data(), kHeaderBytes);
  constexpr std::int32_t kSize = kHeaderBytes;
  const bool swapped = field<std::int32_t>(header, 0, false) != kSize;
  if (field<std::int32_t>(header, 0, swapped) != kSize) {
    throw Error::input(fmt::format("{}: not a NIfTI-1 file", file.string()),
                       "convert it to NIfTI-1");
  }
  return {header, swapped};
}

Layout read_layout(FileStream& stream, const fs::path& file) {
  const auto [header, swapped] = read_header(stream, file);
  Layout layout;
  layout.swapped = swapped;
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

// Offsets of the NIfTI-1 standard.
constexpr std::size_t kDim = 40, kPixdim = 76, kQformCode = 252, kSformCode = 254, kQuatern = 256,
                      kQoffset = 268, kSrow = 280;

// A rotation from the last three components of a unit quaternion, and the voxels' size.
std::array<double, 16> quaternion_affine(const std::array<double, 3>& quaternion,
                                         const std::array<double, 3>& zooms,
                                         const std::array<double, 3>& offset) {
  const auto [x, y, z] = quaternion;
  const double rest = 1 - (x * x + y * y + z * z);
  constexpr double kNearlyZero = 3 * 1.1920929e-7;  // of float32
  const double w = rest < kNearlyZero ? 0 : std::sqrt(rest);
  const double scale = 2 / (w * w + x * x + y * y + z * z);
  const std::array<double, 9> rotation = {
      1 - scale * (y * y + z * z), scale * (x * y - w * z),     scale * (x * z + w * y),
      scale * (x * y + w * z),     1 - scale * (x * x + z * z), scale * (y * z - w * x),
      scale * (x * z - w * y),     scale * (y * z + w * x),     1 - scale * (x * x + y * y)};
  std::array<double, 16> out{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      out[row * 4 + axis] = rotation[row * 3 + axis] * zooms[axis];
    out[row * 4 + 3] = offset[row];
  }
  out[15] = 1;
  return out;
}

}  // namespace

NiftiPlace read_nifti_place(const fs::path& file) {
  FileStream stream(file);
  const auto [header, swapped] = read_header(stream, file);
  const auto real = [&, &bytes = header, other = swapped](std::size_t at, std::size_t index) {
    return static_cast<double>(field<float>(bytes, at + 4 * index, other));
  };
  const auto three = [&](std::size_t at) {
    return std::array<double, 3>{real(at, 0), real(at, 1), real(at, 2)};
  };
  NiftiPlace place;
  place.zooms = three(kPixdim + 4);
  if (field<std::int16_t>(header, kSformCode, swapped) > 0) {
    for (std::size_t i = 0; i < 12; ++i) place.affine[i] = real(kSrow, i);
    place.affine[15] = 1;
  } else if (field<std::int16_t>(header, kQformCode, swapped) > 0) {
    std::array<double, 3> zooms = place.zooms;
    if (real(kPixdim, 0) < 0) zooms[2] = -zooms[2];
    place.affine = quaternion_affine(three(kQuatern), zooms, three(kQoffset));
  } else {
    std::array<double, 3> zooms = place.zooms;
    zooms[0] = -zooms[0];
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const auto size = field<std::int16_t>(header, kDim + 2 + 2 * axis, swapped);
      place.affine[axis * 5] = zooms[axis];
      place.affine[axis * 4 + 3] = -zooms[axis] * (size - 1) / 2.0;
    }
    place.affine[15] = 1;
  }
  return place;
}

std::vector<float> read_nifti_voxels(const fs::path& file, std::size_t count) {
  FileStream stream(file);
  const Layout layout = read_layout(stream, file);
  stream.skip(layout.offset - kHeaderBytes);
  std::vector<float> values = read_voxels(stream, layout, count, file);
  stream.skip_to_end();
  return values;
}

}  // namespace voxarena
