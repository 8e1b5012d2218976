// The conformance checks that build models; see conformance.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "voxarena/plugin/registry.h"

namespace voxarena {

struct Subject {
  const LoadedMethod& method;
  Options options;
  std::vector<Plan> plans;
  std::uint64_t seed = 1;
};

struct ModelCheck {
  const char* name;
  bool needs_training;                 // calls loss()
  std::string (*run)(const Subject&);  // what was tried; throws if something is wrong
};

const std::vector<ModelCheck>& model_checks();

// A training-free method on made-up supports: scores of the right size, finite, the same twice, and
// (unless its weights are random) the support itself segmented better than by chance.
std::string check_segmentation(const Subject& subject);

// LibTorch's autograd counts devices at the first backward pass of the process: before it, or
// never. Error if the library of the shadow device is missing.
void register_shadow_device();

}  // namespace voxarena
