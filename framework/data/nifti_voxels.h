// The voxels of a NIfTI-1 file. The NIfTI library behind ITK turns NaN into 0 and returns what it
// could read of a truncated file, so only the header is left to it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace voxarena {

// `count` voxels of a .nii or .nii.gz file in file order, scaled by the header's slope and
// intercept. Error (input) if the file is truncated, its checksum is wrong or its voxel type is not
// a real number.
std::vector<float> read_nifti_voxels(const std::filesystem::path& file, std::size_t count);

}  // namespace voxarena
