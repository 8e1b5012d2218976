// Tries a built plugin before anybody trains it: what `voxarena check-plugin` prints.
#pragma once

#include <string>
#include <vector>

#include "voxarena/core/run_context.h"

namespace voxarena {

struct CheckResult {
  std::string name;
  bool passed = true;
  std::string detail;  // what was tried or why it was skipped; in one line why it failed
};

// `plugin` is a method's name or the path of a library. Metadata, options, shapes, gradients, save
// and load, determinism, threads, and forward, loss and backward on the shadow device, over several
// small plans. Methods that need weights are only checked for metadata, options and planning. Error
// (input) if the library cannot be loaded.
std::vector<CheckResult> run_conformance(const std::string& plugin, const RunContext& context);

}  // namespace voxarena
