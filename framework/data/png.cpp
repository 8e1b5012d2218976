#include "voxarena/data/png.h"

#include <png.h>

#include <algorithm>
#include <cstring>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

void append_bytes(png_structp png, png_bytep bytes, png_size_t count) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<char*>(bytes), count);
}

[[noreturn]] void throw_png_error(png_structp, png_const_charp message) {
  throw Error::internal(std::string("PNG: ") + message);
}

struct PngWriter {
  png_structp png = nullptr;
  png_infop info = nullptr;

  PngWriter() {
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, throw_png_error, nullptr);
    if (png != nullptr) info = png_create_info_struct(png);
    if (info == nullptr) throw Error::internal("PNG: out of memory");
  }
  ~PngWriter() { png_destroy_write_struct(&png, &info); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;
};

void take_bytes(png_structp png, png_bytep bytes, png_size_t count) {
  std::string_view& left = *static_cast<std::string_view*>(png_get_io_ptr(png));
  if (left.size() < count) png_error(png, "truncated");
  std::memcpy(bytes, left.data(), count);
  left.remove_prefix(count);
}

[[noreturn]] void throw_damaged(png_structp, png_const_charp message) {
  throw Error::input(std::string("PNG: ") + message,
                     "the file is truncated, damaged or not of the format its name says");
}

struct PngReader {
  png_structp png = nullptr;
  png_infop info = nullptr;

  PngReader() {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, throw_damaged,
                                 [](png_structp, png_const_charp) {});
    if (png != nullptr) info = png_create_info_struct(png);
    if (info == nullptr) throw Error::internal("PNG: out of memory");
  }
  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
};

// Palettes to colours, with alpha where they have it; bits to bytes; colours to bytes.
void set_conversions(const PngReader& reader) {
  const int type = png_get_color_type(reader.png, reader.info);
  if (type == PNG_COLOR_TYPE_PALETTE) {
    png_set_palette_to_rgb(reader.png);
    if (png_get_valid(reader.png, reader.info, PNG_INFO_tRNS) != 0)
      png_set_tRNS_to_alpha(reader.png);
  }
  if (type == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(reader.png);
  if ((type & PNG_COLOR_MASK_COLOR) != 0) png_set_strip_16(reader.png);
  png_set_swap(reader.png);
  png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
}

void set_palette(const PngWriter& writer, const std::vector<PaletteColour>& palette) {
  std::vector<png_color> colours;
  std::vector<png_byte> alpha;
  for (const PaletteColour& colour : palette) {
    colours.push_back({colour.red, colour.green, colour.blue});
    alpha.push_back(colour.alpha);
  }
  png_set_PLTE(writer.png, writer.info, colours.data(), static_cast<int>(colours.size()));
  png_set_tRNS(writer.png, writer.info, alpha.data(), static_cast<int>(alpha.size()), nullptr);
}

int colour_type(const Raster& raster, const std::vector<PaletteColour>& palette) {
  if (!palette.empty()) return PNG_COLOR_TYPE_PALETTE;
  return raster.channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY;
}

}  // namespace

std::string encode_png(const Raster& raster, const std::vector<PaletteColour>& palette) {
  if (!palette.empty() && std::any_of(raster.pixels.begin(), raster.pixels.end(),
                                      [&](std::uint8_t v) { return v >= palette.size(); })) {
    throw Error::internal("PNG: a pixel has no colour in the palette");
  }
  std::string out;
  const PngWriter writer;
  png_set_write_fn(writer.png, &out, append_bytes, nullptr);
  // Up to 16 colours fit into half a byte; libpng packs them.
  const int depth = palette.empty() || palette.size() > 16 ? 8 : 4;
  png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(raster.width),
               static_cast<png_uint_32>(raster.height), depth, colour_type(raster, palette),
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!palette.empty()) set_palette(writer, palette);
  png_set_compression_level(writer.png, 9);
  png_set_filter(writer.png, 0, palette.empty() ? PNG_ALL_FILTERS : PNG_FILTER_NONE);
  png_write_info(writer.png, writer.info);
  png_set_packing(writer.png);
  for (std::int64_t y = 0; y < raster.height; ++y)
    png_write_row(writer.png, raster.pixels.data() + y * raster.width * raster.channels);
  png_write_end(writer.png, nullptr);
  return out;
}

PngSamples decode_png(std::string_view png) {
  std::string_view left = png;
  const PngReader reader;
  png_set_read_fn(reader.png, &left, take_bytes);
  png_read_info(reader.png, reader.info);
  PngSamples out;
  out.width = png_get_image_width(reader.png, reader.info);
  out.height = png_get_image_height(reader.png, reader.info);
  out.bits = png_get_bit_depth(reader.png, reader.info);
  set_conversions(reader);
  out.channels = png_get_channels(reader.png, reader.info);
  const std::size_t row = png_get_rowbytes(reader.png, reader.info);
  const auto height = static_cast<std::size_t>(out.height);
  constexpr std::size_t kBestCompression = 32 * 1032;  // of a bit to RGBA, and Deflate's
  if (row > png.size() * kBestCompression / height) png_error(reader.png, "truncated");
  std::vector<png_byte> bytes(row * height);
  std::vector<png_bytep> rows;
  for (std::size_t y = 0; y < height; ++y) rows.push_back(bytes.data() + y * row);
  png_read_image(reader.png, rows.data());
  png_read_end(reader.png, nullptr);
  if (png_get_bit_depth(reader.png, reader.info) < 16) {
    out.values.assign(bytes.begin(), bytes.end());
  } else {
    out.values.resize(bytes.size() / 2);
    std::memcpy(out.values.data(), bytes.data(), bytes.size());
  }
  return out;
}

std::string data_url(std::string_view png) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out = "data:image/png;base64,";
  for (std::size_t i = 0; i < png.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, png.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (k < count ? static_cast<unsigned char>(png[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= count ? digits[group >> (18 - 6 * k) & 63U] : '=';
  }
  return out;
}

}  // namespace voxarena
