// What a network gets to see besides the image.
#pragma once

#include <cstdint>

namespace voxarena {

class Labels;
struct Configuration;

// Channels that a cascade appends to those of the image: one per foreground label of its previous
// stage, in the order of the labels; 0 for a configuration without one.
std::int64_t previous_stage_channels(const Configuration& configuration, const Labels& labels);

}  // namespace voxarena
