// Small plans that the conformance checks try: odd sizes, odd numbers of channels and classes, two
// and three dimensions.
#pragma once

#include <string>
#include <vector>

#include "voxarena/plan/fingerprint.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plugin/info.h"

namespace voxarena {

std::vector<Plan> conformance_plans(const Capabilities& capabilities);

// A data set to which these plans belong.
Fingerprint conformance_fingerprint(const Plan& plan);

// "3d_fullres 16 x 24 x 16, 1 channels, 2 classes"
std::string describe(const Plan& plan);

}  // namespace voxarena
