// Reads every training case once and measures what planning needs (nnU-Net's extract_fingerprint).
#pragma once

#include "voxarena/core/run_context.h"
#include "voxarena/data/raw_dataset.h"
#include "voxarena/plan/fingerprint.h"

namespace voxarena {

Fingerprint extract_fingerprint(const RawDataset& dataset, const RunContext& context);

}  // namespace voxarena
