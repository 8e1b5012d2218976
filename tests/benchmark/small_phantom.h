// A phantom small enough to be trained on in a second.
#pragma once

#include <filesystem>

#include "voxarena/data/phantom.h"

namespace voxarena::test {

// ROOT/raw/Dataset900_Phantom: 6 x 12 x 12 voxels, two organs.
inline void write_small_phantom(const std::filesystem::path& root, int cases,
                                const RunContext& context) {
  PhantomOptions options;
  options.cases = cases;
  options.classes = 2;
  options.size = {6, 12, 12};
  write_phantom_dataset(root / "raw/Dataset900_Phantom", options, context);
}

}  // namespace voxarena::test
