// Voxels of every class, for oversampling foreground in training (nnU-Net 2.8's class_locations).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "voxarena/data/labels.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// Key of the list of all annotated voxels, which only data sets with an ignore label have.
inline constexpr int kAnnotatedVoxels = -1;

// Per foreground label value (or index of a region, in declaration order): of T voxels a random
// choice of max(min(10000, T), ceil(T / 100)), the same that numpy's RandomState(1234) makes. Empty
// for absent classes.
std::map<int, std::vector<std::array<std::int32_t, 3>>> class_locations(
    const Volume<std::int16_t>& seg, const Labels& labels);

}  // namespace voxarena
