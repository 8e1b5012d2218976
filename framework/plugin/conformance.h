// Tries a built plugin before anybody trains it: what `voxarena check-plugin` prints.
#pragma once

#include <string>
#include <vector>

#include "voxarena/core/json.h"
#include "voxarena/core/run_context.h"

namespace voxarena {

struct CheckResult {
  std::string name;
  bool passed = true;
  std::string detail;  // what was tried or why it was skipped; in one line why it failed
};

// `plugin` is a method's name or the path of a library, `options` those of the method that are not
// the defaults. Metadata, options, shapes, gradients, save and load, determinism, threads, and
// forward, loss and backward on the shadow device, over several small plans. Methods that need
// weights and are given none are only checked for metadata, options and planning. Error (input) if
// the library cannot be loaded.
std::vector<CheckResult> run_conformance(const std::string& plugin, const RunContext& context,
                                         const Json& options);
std::vector<CheckResult> run_conformance(const std::string& plugin, const RunContext& context);

}  // namespace voxarena
