// Reading and writing images through ITK (.nii.gz .nii .mha .nrrd, pictures as .png .bmp .tif).
// Nothing is reoriented unless the reader is one that does.
#pragma once

#include <filesystem>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

// One file per channel; sizes and spacings must agree. Float32 voxels. A single 4-D file or a
// picture in colours holds several channels. Errors (input) name the file: missing, truncated, NaN
// or infinite voxels, channels of different grids.
Image read_image(const std::vector<std::filesystem::path>& channel_files,
                 ImageReader reader = ImageReader::simple_itk);

// Labels must be integers (1e-3) between -1 and 32767.
LabelImage read_label(const std::filesystem::path& file,
                      ImageReader reader = ImageReader::simple_itk);

// In the orientation that the image's file had. uint8 if the largest label is below 255, else
// uint16 (nnU-Net's rule); compressed; atomic.
void write_label(const std::filesystem::path& file, const LabelImage& label);
// Float32; atomic.
void write_image(const std::filesystem::path& file, const Image& image);

// Empty if equal within tolerance, else one line naming what differs: "size (…) and (…)".
std::string compare_spacing(const Geometry& a, const Geometry& b);  // an error for nnU-Net
// Beside 1e-5 of the value itself; the default is numpy.allclose, with which nnU-Net warns.
struct PlaceTolerance {
  double origin = 1e-8;  // mm
  double direction = 1e-8;
};
std::string compare_origin_and_direction(const Geometry& a, const Geometry& b,
                                         const PlaceTolerance& tolerance = {});

}  // namespace voxarena
