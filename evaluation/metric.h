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
#include "voxarena/data/volume.h"

namespace voxarena {

enum class Direction : std::uint8_t { higher_is_better, lower_is_better, count };

// What a metric may look at: one class of one case. The images have equal size and spacing.
struct ClassComparison {
  const Counts& counts;
  const LabelImage& reference;
  const LabelImage& prediction;
  const std::vector<int>& labels;  // the class is the union of these values
};

struct Metric {
  std::string name;  // "Dice", as records and summary.json spell it
  std::string
      flavour;  // which definition of several in use: "voxel" for those made of voxel counts
  Direction direction = Direction::higher_is_better;
  std::string unit;  // "1", "mm", "voxel"
  double lowest = 0;
  double highest = std::numeric_limits<double>::infinity();
  std::string citation;
  // Called for every class if `direction` is count, else only where both masks hold a voxel.
  std::function<double(const ClassComparison&)> compute;

  // The end of the range that a missing prediction is given; NaN for counts.
  double worst() const;
  double best() const;
};

// All metrics this program knows, in the order of their registration.
const std::vector<Metric>& metrics();
// Error (usage) that lists the known names.
const Metric& find_metric(std::string_view name);

// `metric` with the rules for empty masks: both empty → `policy`; one empty → the worst value.
double evaluate_metric(const Metric& metric, const ClassComparison& comparison, EmptyMasks policy);

}  // namespace voxarena
