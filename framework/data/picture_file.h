// Ordinary pictures, PNG and JPEG, PNG by libpng and JPEG by ITK: for commands that look at a
// single image. Data sets are read through image_io.h.
#pragma once

#include <cstdint>
#include <filesystem>

#include "voxarena/data/volume.h"

namespace voxarena {

struct Picture {
  Image image;         // (1 or 3, 1, y, x): grey or RGB; 2-D, with nnU-Net's spacing (999, 1, 1)
  bool bytes = false;  // 8 bits a channel: 0 ... 255, else 16
};

// Ends with ".png", ".jpg" or ".jpeg".
bool is_picture(const std::filesystem::path& file);

// Transparency is dropped, and so is JPEG's note of how the camera was held. Error (input) naming
// the file if it is missing, damaged, truncated or neither grey nor RGB.
Picture read_picture(const std::filesystem::path& file);

// A PNG of 8 bits from (1 or 3, 1, y, x): grey or RGB; atomic.
void write_png(const std::filesystem::path& file, const Volume<std::uint8_t>& pixels);

}  // namespace voxarena
