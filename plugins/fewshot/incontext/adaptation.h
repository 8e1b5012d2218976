// Fine-tunes the in-context network on the supports alone.
#pragma once

#include <memory>
#include <vector>

#include "plugins/fewshot/incontext/network.h"
#include "plugins/fewshot/incontext/support_slices.h"

namespace voxarena::fewshot {

// The adaptation ends with the first of both that is not 0; steps alone make it repeatable.
struct Adaptation {
  std::int64_t steps = 0;
  double seconds = 0;
  std::int64_t retrieved = 10;
  std::uint64_t seed = 1;
};

// A copy of the network, all of its weights trained to segment slices of each support from the
// slices of the others. A single support is segmented from its own other slices.
std::shared_ptr<InContextNetwork> adapt(const std::shared_ptr<InContextNetwork>& network,
                                        const std::vector<SupportSlices>& axes,
                                        const Adaptation& wanted, const RunContext& context);

}  // namespace voxarena::fewshot
