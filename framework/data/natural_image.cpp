#include "voxarena/data/natural_image.h"

#include <fmt/core.h>
#include <tiffio.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/data/image_reader.h"
#include "voxarena/data/png.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_picture(const fs::path& file) {
  throw Error::input(fmt::format("{}: is truncated or damaged", file.string()),
                     "copy the file again, or give it the ending of its format");
}

std::int64_t little_endian(const std::string& bytes, std::size_t place, std::size_t count) {
  std::int64_t value = 0;
  for (std::size_t i = count; i-- > 0;)
    value = value << 8U | static_cast<unsigned char>(bytes.at(place + i));
  return value;
}

// Entries of four bytes: blue, green, red and nothing.
bool is_grey_ramp(const std::string& bytes, std::size_t palette, std::int64_t colours) {
  for (std::int64_t i = 0; i < colours; ++i) {
    const std::size_t entry = palette + 4 * static_cast<std::size_t>(i);
    if (entry + 3 > bytes.size()) return false;
    for (std::size_t k = 0; k < 3; ++k) {
      if (static_cast<unsigned char>(bytes[entry + k]) != i) return false;
    }
  }
  return true;
}

}  // namespace

Geometry picture_geometry() {
  Geometry geometry;
  geometry.file_dimension = 2;
  geometry.spacing = kPictureSpacing;
  geometry.reader = ImageReader::natural_image;
  return geometry;
}

std::vector<float> channels_first(const std::vector<float>& values, std::int64_t channels) {
  const auto step = static_cast<std::size_t>(channels), pixels = values.size() / step;
  std::vector<float> out(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) out[(i % step) * pixels + i / step] = values[i];
  return out;
}

ImageFile read_png_image(const fs::path& file) {
  const std::string bytes = read_file(file);
  PngSamples samples;
  try {
    samples = decode_png(bytes);
  } catch (const Error&) {
    fail_picture(file);
  }
  if (samples.channels == 2) {
    throw Error::input(fmt::format("{}: has 2 values per pixel", file.string()),
                       "save it as grey, RGB or RGBA");
  }
  const std::vector<float> values(samples.values.begin(), samples.values.end());
  ImageFile image{picture_geometry(),
                  samples.channels,
                  {1, samples.height, samples.width},
                  channels_first(values, samples.channels)};
  if (samples.bits == 1 && samples.channels == 1)
    for (float& value : image.values) value /= 255;
  return image;
}

BmpKind check_bmp(const fs::path& file) {
  const std::string bytes = read_file(file);
  constexpr std::size_t kHeader = 54;
  if (bytes.size() < kHeader || !bytes.starts_with("BM")) fail_picture(file);
  const std::int64_t first_pixel = little_endian(bytes, 10, 4), width = little_endian(bytes, 18, 4),
                     bits = little_endian(bytes, 28, 2), packing = little_endian(bytes, 30, 4);
  const auto height = static_cast<std::int32_t>(little_endian(bytes, 22, 4));  // negative: from top
  if (packing != 0 || (bits != 8 && bits != 24)) {
    throw Error::input(fmt::format("{}: its pixels have {} bits, kind of packing {}", file.string(),
                                   bits, packing),
                       "save it as .bmp of 8 or 24 bits without packing, or as .png");
  }
  const std::int64_t row = (width * bits + 31) / 32 * 4;
  if (std::ssize(bytes) < first_pixel + row * std::abs(std::int64_t{height})) fail_picture(file);
  const std::int64_t named = little_endian(bytes, 46, 4);
  const auto palette = static_cast<std::size_t>(14 + little_endian(bytes, 14, 4));
  return {bits == 8 && is_grey_ramp(bytes, palette, named == 0 ? 256 : named)};
}

void check_tiff(const fs::path& file) {
  TIFFSetWarningHandler(nullptr);
  TIFFSetErrorHandler(nullptr);
  const std::unique_ptr<TIFF, decltype(&TIFFClose)> tiff(TIFFOpen(file.c_str(), "r"), TIFFClose);
  if (!tiff) fail_picture(file);
  std::uint16_t planes = PLANARCONFIG_CONTIG, samples = 1;
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_PLANARCONFIG, &planes);
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, &samples);
  if (planes == PLANARCONFIG_SEPARATE && samples > 1) {
    throw Error::input(fmt::format("{}: its colours lie in separate planes", file.string()),
                       "save them side by side (PlanarConfiguration 1), or as .png");
  }
}

}  // namespace voxarena
