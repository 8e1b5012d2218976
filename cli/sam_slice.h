// The image that `voxarena sam predict` looks at: a picture, or one slice of a volume, and masks
// on its grid.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

#include "cli/command.h"
#include "voxarena/data/picture_file.h"

namespace voxarena::cli {

// Rows and columns run along the two axes that remain, in their order.
struct SamSlice {
  std::size_t axis = 0, row_axis = 1, column_axis = 2;
  std::int64_t index = 0, rows = 0, columns = 0;

  Extent voxel(std::int64_t row, std::int64_t column) const {
    Extent at{};
    at[axis] = index;
    at[row_axis] = row;
    at[column_axis] = column;
    return at;
  }
};

// By its ending: a PNG or JPEG, or what data sets are made of. Error (input).
Picture read_sam_image(const std::filesystem::path& file);

// As --axis and --slice say. Error (usage) unless there is such a slice.
SamSlice choose_slice(const CommandLine& line, const Image& image,
                      const std::filesystem::path& file);

// uint8 (3, rows, columns): grey, or the channels of an image that has three. Intensities of
// --window become 0 ... 255; without it, pictures of bytes stay as they are and anything else shows
// its 0.5th to 99.5th percentile.
at::Tensor as_photograph(const CommandLine& line, const Picture& picture, const SamSlice& slice);

// Error (usage) naming the file if masks of this image cannot be written to it.
void require_mask_file(const std::filesystem::path& file, const Image& image);

// `mask` (rows, columns) on the grid of the image: 1 inside (.png: 255). Returns the pixels inside.
std::int64_t write_mask(const std::filesystem::path& file, const at::Tensor& mask,
                        const Image& image, const SamSlice& slice);

}  // namespace voxarena::cli
