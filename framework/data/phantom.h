// Synthetic MR-like data sets in nnU-Net raw layout: nested and adjacent organs of different size
// and contrast, deformation, partial volume, noise, bias field, anisotropic spacing. Deterministic
// by seed, for any number of threads.
#pragma once

#include <cstdint>
#include <filesystem>

#include "voxarena/core/run_context.h"
#include "voxarena/data/volume.h"

namespace voxarena {

struct PhantomOptions {
  std::int64_t cases = 20;
  int classes = 4;                 // foreground organs, 1..12
  Extent size{40, 64, 64};         // voxels of a typical case; shapes vary by about 15 % around it
  Spacing spacing{2.0, 1.0, 1.0};  // mm
  std::uint64_t seed = 1;
};

// One case: image and label, a function of (options, index) alone.
struct Phantom {
  Image image;
  LabelImage label;
};
Phantom make_phantom(const PhantomOptions& options, std::int64_t index);

// Writes `folder` (DatasetXXX_Name) with dataset.json, imagesTr and labelsTr. Error (input) if it
// exists and is not empty.
void write_phantom_dataset(const std::filesystem::path& folder, const PhantomOptions& options,
                           const RunContext& context);

}  // namespace voxarena
