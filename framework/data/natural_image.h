// Pictures where ITK does not read them as Pillow and tifffile do, with which nnU-Net's
// NaturalImage2DIO reads. The rest of them goes through image_file.h.
#pragma once

#include <filesystem>

#include "voxarena/data/image_file.h"

namespace voxarena {

// Grey, RGB or RGBA; one bit is 0 and 1. Error (input) naming the file if it is damaged or of
// another kind.
ImageFile read_png_image(const std::filesystem::path& file);

struct BmpKind {
  bool grey = false;  // a palette of grey levels in their order
};
// Error (input) naming the file if it is truncated, packed, or neither of 8 nor of 24 bits.
BmpKind check_bmp(const std::filesystem::path& file);

// Error (input) naming the file if its colours lie in separate planes.
void check_tiff(const std::filesystem::path& file);

// nnU-Net's spacing; a picture's resolution is the printer's and left out.
Geometry picture_geometry();

// Values that lie side by side in a pixel, to (channel, y, x).
std::vector<float> channels_first(const std::vector<float>& values, std::int64_t channels);

}  // namespace voxarena
