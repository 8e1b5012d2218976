// What may be chosen about metrics. Part of the protocol, and printed under every table.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "voxarena/core/json.h"

namespace voxarena {

// The value of a class that a case lacks.
enum class EmptyValue : std::uint8_t {
  undefined,  // "undefined": NaN, left out of every mean
  best,       // "best": as a perfect prediction
  worst,      // "worst": as a missing prediction
};

struct EvaluationSettings {
  // Neither reference nor prediction hold the class: "undefined" (nnU-Net) or "best" (Metrics
  // Reloaded).
  EmptyValue both_empty = EmptyValue::undefined;
  // Predicted although absent, or not predicted although it is there: "worst" or "undefined", where
  // metrics that have a value all the same keep it (Dice is 0, distances are undefined).
  EmptyValue empty_reference = EmptyValue::worst;
  EmptyValue empty_prediction = EmptyValue::worst;

  // Beside the counts, Dice and IoU of nnU-Net's summary: "HD95", or "HD95:medpy" for a flavour.
  std::vector<std::string> metrics = {"HD95", "ASSD", "NSD"};

  // Of NSD, in mm, for classes by name; `tolerance` for all others.
  double tolerance = 1;
  std::map<std::string, double> class_tolerance = {};

  bool operator==(const EvaluationSettings&) const = default;
};

// {"empty_masks": "undefined", "empty_reference": "worst", "empty_prediction": "worst", "metrics":
// ["HD95"], "nsd_tolerance": 1} or {..., "nsd_tolerance": {"liver": 5, "default": 1}}. Reading:
// Error (input) naming `source` and the field for unknown keys or values.
Json to_json(const EvaluationSettings& settings);
EvaluationSettings evaluation_settings_from_json(const Json& json, std::string_view source);

// Sentences for readers of a table.
std::string describe(const EvaluationSettings& settings);

}  // namespace voxarena
