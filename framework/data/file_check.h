// Whether an image file holds all the bytes that its header promises: ITK returns what it could
// read of a truncated one, and does not report every failed write.
#pragma once

#include <cstdint>
#include <filesystem>

namespace voxarena {

// `data_bytes` is the size of the voxels without compression. Error (input) if some are missing.
void require_complete_nifti(const std::filesystem::path& file, std::uint64_t data_bytes);
void require_complete_meta_image(const std::filesystem::path& file, std::uint64_t data_bytes);
void require_complete_nrrd(const std::filesystem::path& file, std::uint64_t data_bytes);

}  // namespace voxarena
