// Intensity normalisation of a cropped image, before resampling (nnU-Net's five schemes).
#pragma once

#include "voxarena/data/volume.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

// In place, channel by channel as `configuration` says. `seg` (same size, one channel) is negative
// outside the nonzero region; `intensities` are the data set's, for CT. Errors (input): an unknown
// scheme, RGB values outside 0..255.
void normalize(Volume<float>& image, const Volume<std::int16_t>& seg,
               const Configuration& configuration,
               const std::vector<ChannelIntensity>& intensities);

}  // namespace voxarena
