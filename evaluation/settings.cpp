#include "evaluation/settings.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <array>
#include <nlohmann/json.hpp>

#include "evaluation/metric.h"
#include "voxarena/core/error.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace {

constexpr std::array<const char*, 3> kNames = {"undefined", "best", "worst"};

const char* name(EmptyValue value) { return kNames[static_cast<std::size_t>(value)]; }

// Of a class that one of the maps holds.
const char* one_map_words(EmptyValue value) {
  return value == EmptyValue::worst ? "the worst value"
                                    : "what has no value (distances) is left out of the mean";
}

[[noreturn]] void refuse_setting(std::string_view source, const std::string& what,
                                 const std::string& hint) {
  throw Error::input(fmt::format("{}: {}", source, what), hint);
}

EmptyValue read_empty(const Json& value, const std::string& key, std::string_view source,
                      EmptyValue other) {
  for (const EmptyValue choice : {EmptyValue::undefined, other}) {
    if (value == name(choice)) return choice;
  }
  refuse_setting(source, fmt::format("{} cannot be {}", key, json_text(value)),
                 fmt::format("use \"undefined\" (left out of the mean) or \"{}\"", name(other)));
}

double read_tolerance(const Json& value, const std::string& key, std::string_view source) {
  if (value.is_number() && value.get<double>() >= 0 && value.get<double>() < 1e6)
    return value.get<double>();
  refuse_setting(source, fmt::format("{} cannot be {}", key, json_text(value)),
                 "tolerances are in mm, for example nsd_tolerance = 2.0");
}

void read_tolerances(const Json& value, std::string_view source, EvaluationSettings& settings) {
  if (!value.is_object()) {
    settings.tolerance = read_tolerance(value, "nsd_tolerance", source);
    return;
  }
  for (const auto& [cls, mm] : value.items()) {
    const double tolerance = read_tolerance(mm, "nsd_tolerance." + cls, source);
    if (cls == "default") {
      settings.tolerance = tolerance;
    } else {
      settings.class_tolerance[cls] = tolerance;
    }
  }
}

void read_metrics(const Json& value, std::string_view source, EvaluationSettings& settings) {
  settings.metrics.clear();
  if (!value.is_array())
    refuse_setting(source, fmt::format("metrics cannot be {}", json_text(value)),
                   "for example metrics = [\"HD95\", \"NSD\"]");
  for (const Json& metric : value) {
    if (!metric.is_string())
      refuse_setting(source, fmt::format("metrics cannot hold {}", json_text(metric)),
                     "names of metrics are texts, for example \"HD95:medpy\"");
    try {
      settings.metrics.push_back(find_metric(metric.get<std::string>()).key());
    } catch (const Error& error) {
      refuse_setting(source, error.what(), error.hint());
    }
  }
}

}  // namespace

Json to_json(const EvaluationSettings& settings) {
  Json json = {{"empty_masks", name(settings.both_empty)},
               {"empty_reference", name(settings.empty_reference)},
               {"empty_prediction", name(settings.empty_prediction)},
               {"metrics", settings.metrics}};
  if (settings.class_tolerance.empty()) {
    json["nsd_tolerance"] = settings.tolerance;
  } else {
    for (const auto& [cls, tolerance] : settings.class_tolerance)
      json["nsd_tolerance"][cls] = tolerance;
    json["nsd_tolerance"]["default"] = settings.tolerance;
  }
  return json;
}

EvaluationSettings evaluation_settings_from_json(const Json& json, std::string_view source) {
  if (!json.is_object())
    refuse_setting(source, "the metric settings must be a table",
                   "for example empty_masks = \"undefined\"");
  EvaluationSettings settings;
  for (const auto& [key, value] : json.items()) {
    if (key == "empty_masks") {
      settings.both_empty = read_empty(value, key, source, EmptyValue::best);
    } else if (key == "empty_reference") {
      settings.empty_reference = read_empty(value, key, source, EmptyValue::worst);
    } else if (key == "empty_prediction") {
      settings.empty_prediction = read_empty(value, key, source, EmptyValue::worst);
    } else if (key == "nsd_tolerance") {
      read_tolerances(value, source, settings);
    } else if (key == "metrics") {
      read_metrics(value, source, settings);
    } else {
      refuse_setting(
          source, fmt::format("metric setting '{}' is unknown", key),
          "known are: empty_masks, empty_reference, empty_prediction, metrics, nsd_tolerance");
    }
  }
  return settings;
}

std::string describe(const EvaluationSettings& settings) {
  std::string text = settings.both_empty == EmptyValue::best
                         ? "A class absent from reference and prediction counts as the best value"
                         : "A class absent from reference and prediction is left out of the mean "
                           "(as in nnU-Net)";
  if (settings.empty_reference == settings.empty_prediction) {
    text += fmt::format("; present in one of the two only: {}.",
                        one_map_words(settings.empty_reference));
  } else {
    text += fmt::format("; predicted only: {}; in the reference only: {}.",
                        one_map_words(settings.empty_reference),
                        one_map_words(settings.empty_prediction));
  }
  std::string tolerances;
  for (const auto& [cls, tolerance] : settings.class_tolerance)
    tolerances += fmt::format("{} {} mm, ", cls, tolerance);
  return text + fmt::format(" Tolerance of NSD: {}{}{} mm.", tolerances,
                            tolerances.empty() ? "" : "others ", settings.tolerance);
}

}  // namespace voxarena
