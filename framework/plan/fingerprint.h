// What planning knows about a data set: nnU-Net's dataset_fingerprint.json.
#pragma once

#include <vector>

#include "voxarena/core/json.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// Of the foreground voxels of one channel, over all training cases. NaN where no case has
// foreground.
struct ChannelIntensity {
  double max = 0, mean = 0, median = 0, min = 0, percentile_00_5 = 0, percentile_99_5 = 0, std = 0;
};

struct Fingerprint {
  std::vector<ChannelIntensity> intensities;  // per channel
  double median_relative_size_after_cropping = 1;
  std::vector<Extent> shapes_after_crop;  // per case in sorted order, before any transposition
  std::vector<Spacing> spacings;          // mm, same order
};

Json to_json(const Fingerprint& fingerprint);
// `source` (a file name) stands in error messages.
Fingerprint fingerprint_from_json(const Json& json, const std::string& source);

}  // namespace voxarena
