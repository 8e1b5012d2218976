// What may be chosen about metrics. Part of the protocol, and printed under every table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "voxarena/core/json.h"

namespace voxarena {

// The value of a class that neither the reference nor the prediction holds. (Predicted but absent
// from the reference, or the other way round, is always the worst value.)
enum class EmptyMasks : std::uint8_t {
  undefined,  // "undefined": NaN, left out of every mean (nnU-Net)
  best,       // "best": as a perfect prediction (Metrics Reloaded)
};

struct EvaluationSettings {
  EmptyMasks empty_masks = EmptyMasks::undefined;

  bool operator==(const EvaluationSettings&) const = default;
};

// {"empty_masks": "undefined"}. Reading: Error (input) naming `source` and the field for unknown
// keys or values.
Json to_json(const EvaluationSettings& settings);
EvaluationSettings evaluation_settings_from_json(const Json& json, std::string_view source);

// One sentence for readers of a table.
std::string describe(const EvaluationSettings& settings);

}  // namespace voxarena
