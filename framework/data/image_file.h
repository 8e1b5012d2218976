// One image file as ITK reads and writes it. The only door to ITK beside
// picture_file.h: other sources use image_io.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

struct ImageFile {
  Geometry geometry;
  std::int64_t channels = 1;  // the fourth axis of a 4-D file, or a picture's colours
  Extent size{};
  std::vector<float> values;  // (channel, z, y, x)
};

// Error (input) for an unknown ending, a damaged or truncated file, complex voxels, or colours in a
// file that is no picture.
ImageFile read_image_file(const std::filesystem::path& file);

// From the header alone: everything but the voxels, and the number of channels.
ImageFile read_image_header(const std::filesystem::path& file);
std::int64_t count_channels(const std::filesystem::path& file);

enum class VoxelType : std::uint8_t { uint8, uint16, float32 };

// Writes one channel, compressed where the format can, atomically. `values` holds voxels(size)
// values of `type`.
void write_image_file(const std::filesystem::path& file, const Geometry& geometry,
                      const Extent& size, VoxelType type, const void* values);

inline constexpr auto kSupportedEndings = ".nii.gz, .nii, .mha, .nrrd, .png, .bmp and .tif";
bool is_supported_ending(const std::filesystem::path& file);
// Ends with ".png", ".bmp" or ".tif": nnU-Net's NaturalImage2DIO.
bool is_natural_image(const std::filesystem::path& file);
// Ends with ".nii.gz" or ".nii".
bool is_nifti(const std::filesystem::path& file);

}  // namespace voxarena
