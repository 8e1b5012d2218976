// Random foreground intensities of a data set, held as (value, how often) instead of a list of 10^8
// samples.
#pragma once

#include <cstdint>
#include <vector>

#include "voxarena/plan/fingerprint.h"

namespace voxarena {

struct WeightedValue {
  float value;
  std::uint32_t count;
};

// `draws` samples with replacement from each channel's foreground values, as numpy's
// RandomState(1234).choice draws them. Each list is sorted by value, values are distinct. Channels
// without foreground give an empty list.
std::vector<std::vector<WeightedValue>> sample_intensities(
    const std::vector<std::vector<float>>& foreground, std::int64_t draws);

// Statistics of the multiset (need not be sorted); all NaN if it is empty. Standard deviation of
// the population, percentiles by linear interpolation.
ChannelIntensity intensity_statistics(std::vector<WeightedValue> samples);

}  // namespace voxarena
