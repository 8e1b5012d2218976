#include "voxarena/data/image_io.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "voxarena/core/error.h"
#include "voxarena/data/image_file.h"
#include "voxarena/data/image_reader.h"

namespace voxarena {
namespace {

// numpy.allclose, with its default tolerances.
bool all_close(std::span<const double> a, std::span<const double> b, double absolute = 1e-8) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [absolute](double x, double y) {
    return std::abs(x - y) <= absolute + 1e-5 * std::abs(y);
  });
}

std::string text(std::span<const double> values) {
  return fmt::format("({:.6g})", fmt::join(values, ", "));
}
std::string text(const Extent& values) { return fmt::format("({})", fmt::join(values, ", ")); }

void require_same_grid(const std::filesystem::path& first, const ImageFile& a,
                       const std::filesystem::path& second, const ImageFile& b) {
  const std::string where = fmt::format("{} and {}", first.string(), second.string());
  if (a.size != b.size) {
    throw Error::input(fmt::format("{}: size {} and {}", where, text(a.size), text(b.size)),
                       "all channels of a case lie on one grid: resample one of them");
  }
  if (const std::string difference = compare_spacing(a.geometry, b.geometry); !difference.empty()) {
    throw Error::input(
        fmt::format("{}: {}", where, difference),
        "all channels of a case lie on one grid: correct the header or resample one of them");
  }
}

void require_finite(const std::filesystem::path& file, const ImageFile& image) {
  const auto bad = std::count_if(image.values.begin(), image.values.end(),
                                 [](float v) { return !std::isfinite(v); });
  if (bad == 0) return;
  throw Error::input(fmt::format("{}: {} voxel(s) are NaN or infinite", file.string(), bad),
                     "replace them by a number that means background");
}

void require_known(ImageReader reader, const std::filesystem::path& file) {
  if (!reorients(reader)) return;
  throw Error::input(fmt::format("{}: {} turns images to RAS, which VoxArena cannot", file.string(),
                                 name_of(reader)),
                     "turn the files themselves and name SimpleITKIO");
}

}  // namespace

Image read_image(const std::vector<std::filesystem::path>& channel_files, ImageReader reader) {
  if (channel_files.empty()) throw Error::internal("an image without files");
  require_known(reader, channel_files.front());
  ImageFile first = read_image_file(channel_files.front());
  require_finite(channel_files.front(), first);
  Image image;
  image.geometry = first.geometry;
  image.voxels.channels = first.channels;
  image.voxels.size = first.size;
  image.voxels.values = std::move(first.values);
  for (std::size_t i = 1; i < channel_files.size(); ++i) {
    const ImageFile next = read_image_file(channel_files[i]);
    require_finite(channel_files[i], next);
    require_same_grid(channel_files.front(), first, channel_files[i], next);
    image.voxels.channels += next.channels;
    image.voxels.values.insert(image.voxels.values.end(), next.values.begin(), next.values.end());
  }
  return image;
}

LabelImage read_label(const std::filesystem::path& file, ImageReader reader) {
  require_known(reader, file);
  const ImageFile read = read_image_file(file);
  if (read.channels != 1) {
    throw Error::input(
        fmt::format("{}: a label file with {} channels", file.string(), read.channels),
        "a label map has one integer per voxel");
  }
  LabelImage label{Volume<std::int16_t>(1, read.size), read.geometry};
  for (std::size_t i = 0; i < read.values.size(); ++i) {
    const float value = read.values[i];
    if (value >= 0 && value <= 32767) {
      const auto whole = static_cast<std::int16_t>(value);
      label.voxels.values[i] = whole;
      if (static_cast<float>(whole) == value) continue;
    }
    const float rounded = std::round(value);
    if (!(std::abs(value - rounded) <= 1e-3F) || rounded < -1 || rounded > 32767) {
      throw Error::input(
          fmt::format("{}: {} is not a label", file.string(), value),
          "label maps hold integers from 0 to 32767; were they interpolated, or is this an image?");
    }
    label.voxels.values[i] = static_cast<std::int16_t>(rounded);
  }
  return label;
}

void write_label(const std::filesystem::path& file, const LabelImage& label) {
  const std::vector<std::int16_t>& values = label.voxels.values;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (low == values.end() || *low < 0) {
    throw Error::internal(
        fmt::format("{}: a label map to write is empty or holds negative labels", file.string()));
  }
  if (*high < 255) {
    const std::vector<std::uint8_t> bytes(values.begin(), values.end());
    write_image_file(file, label.geometry, label.voxels.size, VoxelType::uint8, bytes.data());
  } else {
    write_image_file(file, label.geometry, label.voxels.size, VoxelType::uint16, values.data());
  }
}

void write_image(const std::filesystem::path& file, const Image& image) {
  if (image.voxels.channels != 1) {
    throw Error::internal(
        fmt::format("{}: {} channels for one file", file.string(), image.voxels.channels));
  }
  write_image_file(file, image.geometry, image.voxels.size, VoxelType::float32,
                   image.voxels.values.data());
}

std::string compare_spacing(const Geometry& a, const Geometry& b) {
  if (all_close(a.spacing, b.spacing)) return {};
  return fmt::format("spacing {} and {}", text(a.spacing), text(b.spacing));
}

std::string compare_origin_and_direction(const Geometry& a, const Geometry& b,
                                         const PlaceTolerance& tolerance) {
  if (!all_close(a.origin, b.origin, tolerance.origin))
    return fmt::format("origin {} and {}", text(a.origin), text(b.origin));
  if (all_close(a.direction, b.direction, tolerance.direction)) return {};
  return fmt::format("direction {} and {}", text(a.direction), text(b.direction));
}

}  // namespace voxarena
