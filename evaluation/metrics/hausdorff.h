// Hausdorff distances of any percentile, in all flavours.
#pragma once

#include <string>
#include <vector>

#include "evaluation/metric.h"

namespace voxarena {

// Name of the flavour that a surface metric has by default.
inline constexpr const char* kDefaultSurface = "subvoxel";

// `percent` in (0, 100]; 100 is the maximum.
std::vector<Metric> hausdorff_flavours(const std::string& name, double percent);

}  // namespace voxarena
