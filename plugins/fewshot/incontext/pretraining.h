// Makes the network's weights from synthetic tasks alone.
#pragma once

#include "voxarena/plugin/pretraining.h"

namespace voxarena::fewshot {

// Writes half-precision weights. Killed at any moment, it goes on from its checkpoint and ends with
// the same bytes as if it had not been (same device and threads; `seconds` 0).
void pretrain_incontext(const Pretraining& wanted, const RunContext& context);

}  // namespace voxarena::fewshot
