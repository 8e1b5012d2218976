#include "evaluation/metric.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "evaluation/metrics/hausdorff.h"
#include "voxarena/core/error.h"

// Registration: one line a metric, in the order of the rows of a table.
#define VOXARENA_METRICS(metric)                                                           \
  metric(dice) metric(iou) metric(counts) metric(sensitivity) metric(precision)            \
      metric(specificity) metric(volume_difference) metric(hausdorff) metric(hausdorff_95) \
          metric(assd) metric(masd) metric(nsd) metric(boundary_iou) metric(cldice)        \
              metric(lesion_f1) metric(lesion_dice) metric(panoptic_quality)

namespace voxarena {

#define VOXARENA_DECLARE(name) std::vector<Metric> name##_metrics();
VOXARENA_METRICS(VOXARENA_DECLARE)

namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

std::vector<Metric> all_metrics() {
  std::vector<Metric> all;
  const auto add = [&](std::vector<Metric> flavours) {
    for (Metric& metric : flavours) all.push_back(std::move(metric));
  };
#define VOXARENA_ADD(name) add(name##_metrics());
  VOXARENA_METRICS(VOXARENA_ADD)
  return all;
}

// "HD90" → 90; NaN for anything else.
double percentile_in_name(std::string_view name) {
  double percent = kUndefined;
  if (!name.starts_with("HD")) return percent;
  const auto [end, error] = std::from_chars(name.data() + 2, name.data() + name.size(), percent);
  const bool number = error == std::errc() && end == name.data() + name.size();
  return number && percent > 0 && percent < 100 ? percent : kUndefined;
}

double empty_value(const Metric& metric, const LabelImage& reference, EmptyValue value) {
  if (value == EmptyValue::undefined) return kUndefined;
  return value == EmptyValue::best ? metric.best() : metric.worst(reference);
}

// Of a class that one of the maps holds: what `value` of the settings says, or, without a rule,
// what the metric itself gives.
double one_empty_value(const Metric& metric, const ClassComparison& comparison, EmptyValue value,
                       OneEmpty own) {
  if (value != EmptyValue::undefined) return empty_value(metric, comparison.reference, value);
  switch (own) {
    case OneEmpty::undefined: return kUndefined;
    case OneEmpty::lowest: return metric.lowest;
    case OneEmpty::formula: return metric.compute(comparison);
  }
  return kUndefined;
}

}  // namespace

const std::vector<Metric>& metrics() {
  static const std::vector<Metric> all = all_metrics();
  return all;
}

Metric find_metric(std::string_view key) {
  const std::string_view name = key.substr(0, key.find(':'));
  const std::string_view flavour = name == key ? "" : key.substr(name.size() + 1);
  std::string flavours;
  std::vector<Metric> candidates = metrics();
  if (const double percent = percentile_in_name(name); !std::isnan(percent)) {
    candidates = hausdorff_flavours(std::string(name), percent);
  }
  for (Metric& metric : candidates) {
    if (metric.name == name) {
      if (flavour.empty() || metric.flavour == flavour) return std::move(metric);
      flavours += (flavours.empty() ? "" : ", ") + metric.flavour;
    }
  }
  if (!flavours.empty()) {
    throw Error::usage(fmt::format("metric '{}' has no flavour '{}'", name, flavour),
                       "flavours are: " + flavours);
  }
  std::string known;
  for (const Metric& metric : metrics()) {
    if (metric.key() == metric.name) known += (known.empty() ? "" : ", ") + metric.name;
  }
  throw Error::usage(fmt::format("metric '{}' is unknown", name), "known are: " + known);
}

std::vector<Metric> selected_metrics(const EvaluationSettings& settings) {
  std::vector<Metric> selected(metrics().begin(),
                               metrics().begin() + static_cast<std::ptrdiff_t>(kSummaryMetrics));
  for (const std::string& key : settings.metrics) {
    Metric metric = find_metric(key);
    const bool there = std::any_of(selected.begin(), selected.end(), [&](const Metric& other) {
      return other.name == metric.name && other.flavour == metric.flavour;
    });
    if (!there) selected.push_back(std::move(metric));
  }
  return selected;
}

std::string Metric::key() const {
  std::string_view first = kDefaultSurface;  // of a percentile that is not registered
  for (const Metric& metric : metrics()) {
    if (metric.name != name) continue;
    first = metric.flavour;
    break;
  }
  return first == flavour ? name : name + ":" + flavour;
}

double Metric::worst() const {
  if (direction == Direction::count) return kUndefined;
  return direction == Direction::higher_is_better ? lowest : highest;
}

double Metric::best() const {
  if (direction == Direction::count) return kUndefined;
  return direction == Direction::higher_is_better ? highest : lowest;
}

double Metric::worst(const LabelImage& reference) const {
  const double value = worst();
  if (!std::isinf(value)) return value;
  double squares = 0, volume = 1e-3;  // mm² and ml
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (axis == 0 && reference.geometry.file_dimension == 2) continue;
    const double length =
        static_cast<double>(reference.voxels.size[axis]) * reference.geometry.spacing[axis];
    squares += length * length;
    volume *= length;
  }
  return unit == "ml" ? volume : std::sqrt(squares);
}

double evaluate_metric(const Metric& metric, const ClassComparison& comparison,
                       const EvaluationSettings& settings) {
  if (metric.direction == Direction::count) return metric.compute(comparison);
  const bool no_reference = comparison.counts.n_ref() == 0;
  const bool no_prediction = comparison.counts.n_pred() == 0;
  if (no_reference && no_prediction)
    return empty_value(metric, comparison.reference, settings.both_empty);
  if (metric.defined_if_empty) return metric.compute(comparison);
  if (no_reference)
    return one_empty_value(metric, comparison, settings.empty_reference, metric.no_reference);
  if (no_prediction)
    return one_empty_value(metric, comparison, settings.empty_prediction, metric.no_prediction);
  return metric.compute(comparison);
}

bool may_be_undefined(const Metric& metric, bool no_reference, bool no_prediction,
                      const EvaluationSettings& settings) {
  if (metric.direction == Direction::count) return true;
  if (no_reference && no_prediction) return settings.both_empty == EmptyValue::undefined;
  if (metric.defined_if_empty) return false;
  if (no_reference) {
    return settings.empty_reference == EmptyValue::undefined &&
           metric.no_reference == OneEmpty::undefined;
  }
  return no_prediction && settings.empty_prediction == EmptyValue::undefined &&
         metric.no_prediction == OneEmpty::undefined;
}

}  // namespace voxarena
