// Small pictures as PNG files in memory (libpng).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace voxarena {

// One byte a pixel, or red, green and blue of each, row by row from the top.
struct Raster {
  std::int64_t width = 0, height = 0;
  std::vector<std::uint8_t> pixels;
  std::int64_t channels = 1;  // or 3, without a palette
};

struct PaletteColour {
  std::uint8_t red = 0, green = 0, blue = 0, alpha = 255;
};

// Pixels are grey levels or colours without a palette, else indices into it. The same pixels give
// the same bytes. Error (internal) for an index outside of the palette.
std::string encode_png(const Raster& raster, const std::vector<PaletteColour>& palette = {});

// What lies in a PNG, pixel by pixel: a palette becomes colours, bits are spread to bytes.
struct PngSamples {
  std::int64_t width = 0, height = 0;
  std::int64_t channels = 1;  // grey, grey and alpha, RGB, RGBA
  int bits = 8;               // of a sample in the file: 1, 2, 4, 8 or 16
  std::vector<std::uint16_t> values;
};

// Colours of 16 bits are cut to 8, as Pillow reads them. Error (input) without a file's name if the
// bytes are damaged or no PNG.
PngSamples decode_png(std::string_view png);

// "data:image/png;base64,..."
std::string data_url(std::string_view png);

}  // namespace voxarena
