// Metrics of one class of one case. A metric is one file, evaluation/metrics/<name>.cpp, and one
// line in metric.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "evaluation/confusion.h"
#include "evaluation/settings.h"
#include "evaluation/shapes/class_shapes.h"
#include "voxarena/data/volume.h"

namespace voxarena {

enum class Direction : std::uint8_t { higher_is_better, lower_is_better, count };

// What a metric may look at: one class of one case.
struct ClassComparison {
  const Counts& counts;
  ClassShapes& shapes;
  const LabelImage& reference;
  double tolerance = 1;  // mm, of the class
};

// What a metric is where exactly one of the masks is empty and the settings name no value for it.
enum class OneEmpty : std::uint8_t {
  undefined,  // it has no value: the distance to nothing, the share of nothing
  lowest,     // nothing is in common: the low end of its range
  formula,    // the formula holds
};

struct Metric {
  std::string name;  // "Dice", as records and summary.json spell it
  std::string
      flavour;  // which definition of several in use: "voxel" for those made of voxel counts
  Direction direction = Direction::higher_is_better;
  std::string unit;  // "1", "mm", "ml", "voxel"
  double lowest = 0;
  double highest = std::numeric_limits<double>::infinity();
  std::string citation;
  OneEmpty no_reference = OneEmpty::undefined, no_prediction = OneEmpty::undefined;
  bool defined_if_empty = false;  // the formula holds where a mask is empty: no rule is needed
  // Called for every class if `direction` is count, else only where both masks hold a voxel (or
  // `defined_if_empty`, or the rule is OneEmpty::formula).
  std::function<double(const ClassComparison&)> compute;

  // How settings and options name it: "HD95:medpy"; "HD95" for the first flavour registered.
  std::string key() const;
  // The end of the range that a missing prediction is given; NaN for counts.
  double worst() const;
  double best() const;
  // As worst(); where that is infinite the diagonal ("mm") or volume ("ml") of the image.
  double worst(const LabelImage& reference) const;
};

// All metrics this program knows, in the order of their registration; flavours of one metric follow
// each other, the default first.
const std::vector<Metric>& metrics();
// "Dice", "HD95", "HD95:medpy"; HD with any percentile ("HD99.5"). Error (usage) that lists the
// known names.
Metric find_metric(std::string_view key);
// The first are those of nnU-Net's summary.json: Dice, IoU and the counts.
inline constexpr std::size_t kSummaryMetrics = 8;
// These, and those the settings name.
std::vector<Metric> selected_metrics(const EvaluationSettings& settings);

// `metric` with the rules of `settings` for empty masks.
double evaluate_metric(const Metric& metric, const ClassComparison& comparison,
                       const EvaluationSettings& settings);
// Whether those rules leave a class that these masks lack (or do not lack) without a value.
bool may_be_undefined(const Metric& metric, bool no_reference, bool no_prediction,
                      const EvaluationSettings& settings);

}  // namespace voxarena
