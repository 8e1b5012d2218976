// The voxels of a NIfTI-1 file. The NIfTI library behind ITK turns NaN into 0 and returns what it
// could read of a truncated file, so only the header is left to it.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <vector>

namespace voxarena {

// `count` voxels of a .nii or .nii.gz file in file order, scaled by the header's slope and
// intercept. Error (input) if the file is truncated, its checksum is wrong or its voxel type is not
// a real number.
std::vector<float> read_nifti_voxels(const std::filesystem::path& file, std::size_t count);

// Where nibabel sees the voxels, which may be elsewhere than where ITK does: of sform, qform or, if
// there is neither, around the middle of the image.
struct NiftiPlace {
  std::array<double, 16> affine{};  // see Geometry::original_affine
  std::array<double, 3> zooms{};    // mm along (x, y, z), as the header has them
};
NiftiPlace read_nifti_place(const std::filesystem::path& file);

}  // namespace voxarena
