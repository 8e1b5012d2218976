#include "evaluation/settings.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/core/json.h"

namespace voxarena {

Json to_json(const EvaluationSettings& settings) {
  Json json;
  json["empty_masks"] = settings.empty_masks == EmptyMasks::best ? "best" : "undefined";
  return json;
}

EvaluationSettings evaluation_settings_from_json(const Json& json, std::string_view source) {
  if (!json.is_object())
    throw Error::input(fmt::format("{}: the metric settings must be a table", source),
                       "for example empty_masks = \"undefined\"");
  EvaluationSettings settings;
  for (const auto& [key, value] : json.items()) {
    if (key != "empty_masks") {
      throw Error::input(fmt::format("{}: metric setting '{}' is unknown", source, key),
                         "known is: empty_masks");
    }
    if (value == "best") {
      settings.empty_masks = EmptyMasks::best;
    } else if (value != "undefined") {
      throw Error::input(fmt::format("{}: empty_masks cannot be {}", source, json_text(value)),
                         "use \"undefined\" (nnU-Net: left out of the mean) or \"best\"");
    }
  }
  return settings;
}

std::string describe(const EvaluationSettings& settings) {
  const std::string rest = "; present in one of the two only: the worst value.";
  if (settings.empty_masks == EmptyMasks::best) {
    return "A class absent from reference and prediction counts as the best value" + rest;
  }
  return "A class absent from reference and prediction is left out of the mean (as in nnU-Net)" +
         rest;
}

}  // namespace voxarena
