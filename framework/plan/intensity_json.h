// `foreground_intensity_properties_per_channel`, which fingerprint and plans share.
#pragma once

#include <vector>

#include "voxarena/plan/fingerprint.h"
#include "voxarena/plan/json_field.h"

namespace voxarena {

Json intensities_to_json(const std::vector<ChannelIntensity>& intensities);
std::vector<ChannelIntensity> intensities_from_json(const JsonField& json);

}  // namespace voxarena
