// What a method is planned for: one configuration of one data set under one budget.
#pragma once

#include <string>

#include "voxarena/plan/plans.h"

namespace voxarena {

// Bounds that all methods share, so that differences come from the method and not from its
// appetite. 0 = no bound: the planner's own value stands.
struct Budget {
  std::string name = "nnunet";
  std::int64_t iterations = 250'000;  // optimiser steps
  std::int64_t iterations_per_epoch = 250;
  std::int64_t validation_iterations = 50;  // per epoch
  std::int64_t batch_size = 0;              // at most
  std::int64_t patch_voxels = 0;            // at most
  std::int64_t base_features = 0;           // channels of the first stage
};

struct Plan {
  std::int64_t channels = 1;  // of the input (plan/input_channels.h)
  std::int64_t classes = 2;   // output heads, background included
  Configuration configuration;

  const std::vector<std::int64_t>& patch_size() const { return configuration.patch_size; }
  const Architecture& architecture() const { return configuration.architecture; }
  int dimensions() const { return configuration.dimensions(); }
};

}  // namespace voxarena
