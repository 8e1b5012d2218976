// Voxels of every class, for oversampling foreground in training (nnU-Net 2.8's class_locations).
#pragma once

#include <map>

#include "voxarena/data/labels.h"
#include "voxarena/data/store.h"

namespace voxarena {

// Per foreground label value (or index of a region, in declaration order): of T voxels a random
// choice of max(min(10000, T), ceil(T / 100)), the same that numpy's RandomState(1234) makes. Empty
// for absent classes.
ClassLocations class_locations(const Volume<std::int16_t>& seg, const Labels& labels);

// What nnU-Net calls those of these lists that are not called by their label.
std::map<int, LocationLabels> location_labels(const Labels& labels);

}  // namespace voxarena
