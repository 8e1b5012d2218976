// Everything that must be equal before two rows may be ranked against each other, and its hash.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "benchmark/prepared_dataset.h"
#include "benchmark/spec.h"

namespace voxarena {

struct Protocol {
  Json values;     // sorted by nothing: canonical form is hashed
  std::string id;  // first 12 hexadecimal digits of the SHA-256 of the canonical JSON
};

// The protocol of one data set: data, labels, splits, default plan, augmentation, budget,
// precision, inference, post-processing, metrics, seed and harness version.
Protocol make_protocol(const PreparedDataset& dataset, const ProtocolSettings& settings,
                       const RunContext& context);

// Mirror axes in force: the spec's, or all axes of the patch. Error (input) if an axis does not
// exist in 2-D.
std::vector<int> mirror_axes(const ProtocolSettings& settings, int dimensions);

}  // namespace voxarena
