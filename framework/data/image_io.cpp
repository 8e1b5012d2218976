#include "voxarena/data/image_io.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "voxarena/core/error.h"
#include "voxarena/data/image_file.h"
#include "voxarena/data/image_reader.h"
#include "voxarena/data/nifti_voxels.h"
#include "voxarena/data/orientation.h"

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

[[noreturn]] void refuse(const std::filesystem::path& file, ImageReader reader,
                         const std::string& what) {
  throw Error::input(fmt::format("{}: {} {}", file.string(), name_of(reader), what),
                     is_natural_image(file)
                         ? "leave overwrite_image_reader_writer out of dataset.json"
                         : "name SimpleITKIO as overwrite_image_reader_writer in dataset.json");
}

// Not by a conversion to float and back, which GCC 12 leaves out when it vectorises the loop.
double rounded_to_float(double value) {
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);
  constexpr int kDigits = std::numeric_limits<float>::digits;
  return std::ldexp(std::nearbyint(std::ldexp(mantissa, kDigits)), exponent - kDigits);
}

void place_as_nibabel(const std::filesystem::path& file, ImageFile& image) {
  Geometry& geometry = image.geometry;
  if (!is_nifti(file)) refuse(file, geometry.reader, "reads .nii and .nii.gz alone");
  if (geometry.file_dimension != 3 || image.channels != 1)
    refuse(file, geometry.reader, "reads images of three dimensions alone");
  const NiftiPlace place = read_nifti_place(file);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double extent =
        std::hypot(place.affine[axis], place.affine[4 + axis], place.affine[8 + axis]);
    if (!(extent > 0) || !std::isfinite(extent))
      refuse(file, geometry.reader, "finds an axis without extent");
  }
  geometry.original_affine = place.affine;
  place_by_affine(place.affine, geometry);
  const Spacing of_affine = geometry.spacing;
  geometry.spacing = {place.zooms[2], place.zooms[1], place.zooms[0]};
  if (geometry.reader != ImageReader::nibabel_reorient) return;
  geometry.original_orientation = nibabel_orientation(geometry.direction);
  if (geometry.original_orientation == kRas) return;
  // A turned image gets a new header, whose zooms are the affine's.
  for (std::size_t axis = 0; axis < 3; ++axis)
    geometry.spacing[axis] = rounded_to_float(of_affine[axis]);
}

// A file as the reader of that name hands it on.
ImageFile read_as(const std::filesystem::path& file, ImageReader reader) {
  if (reader == ImageReader::tiff) refuse(file, reader, "is not supported");
  ImageFile image = read_image_file(file);
  Geometry& geometry = image.geometry;
  if (is_natural_image(file)) {
    if (is_nibabel(reader) || reorients(reader)) refuse(file, reader, "does not read pictures");
    return image;
  }
  if (reader == ImageReader::natural_image) refuse(file, reader, "reads .png, .bmp and .tif alone");
  geometry.reader = reader;
  if (is_nibabel(reader)) place_as_nibabel(file, image);
  if (reader == ImageReader::simple_itk_reorient) {
    if (geometry.file_dimension != 3 || image.channels != 1)
      refuse(file, reader, "turns images of three dimensions alone");
    geometry.original_orientation = itk_orientation(geometry.direction);
  }
  if (reorients(reader))
    reorient(image.values, image.size, geometry, geometry.original_orientation, kRas);
  return image;
}

}  // namespace

Image read_image(const std::vector<std::filesystem::path>& channel_files, ImageReader reader) {
  if (channel_files.empty()) throw Error::internal("an image without files");
  ImageFile first = read_as(channel_files.front(), reader);
  require_finite(channel_files.front(), first);
  Image image;
  image.geometry = first.geometry;
  image.voxels.channels = first.channels;
  image.voxels.size = first.size;
  image.voxels.values = std::move(first.values);
  for (std::size_t i = 1; i < channel_files.size(); ++i) {
    const ImageFile next = read_as(channel_files[i], reader);
    require_finite(channel_files[i], next);
    require_same_grid(channel_files.front(), first, channel_files[i], next);
    image.voxels.channels += next.channels;
    image.voxels.values.insert(image.voxels.values.end(), next.values.begin(), next.values.end());
  }
  return image;
}

LabelImage read_label(const std::filesystem::path& file, ImageReader reader) {
  const ImageFile read = read_as(file, reader);
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
  if (label.geometry.original_orientation != Orientation{}) {
    LabelImage turned = label;
    turned.geometry.original_orientation = {};
    reorient(turned.voxels.values, turned.voxels.size, turned.geometry, kRas,
             label.geometry.original_orientation);
    return write_label(file, turned);
  }
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
