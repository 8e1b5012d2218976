#include "evaluation/metric.h"

#include <fmt/core.h>

#include "voxarena/core/error.h"

// Registration: one line a metric, in the order of the rows of a table.
#define VOXARENA_METRICS(metric) \
  metric(dice) metric(iou) metric(tp) metric(fp) metric(fn) metric(tn) metric(n_pred) metric(n_ref)

namespace voxarena {

#define VOXARENA_DECLARE(name) Metric name##_metric();
VOXARENA_METRICS(VOXARENA_DECLARE)

const std::vector<Metric>& metrics() {
#define VOXARENA_LIST(name) name##_metric(),
  static const std::vector<Metric> all = {VOXARENA_METRICS(VOXARENA_LIST)};
  return all;
}

const Metric& find_metric(std::string_view name) {
  std::string known;
  for (const Metric& metric : metrics()) {
    if (metric.name == name) return metric;
    known += (known.empty() ? "" : ", ") + metric.name;
  }
  throw Error::usage(fmt::format("metric '{}' is unknown", name), "known are: " + known);
}

double Metric::worst() const {
  if (direction == Direction::count) return std::numeric_limits<double>::quiet_NaN();
  return direction == Direction::higher_is_better ? lowest : highest;
}

double Metric::best() const {
  if (direction == Direction::count) return std::numeric_limits<double>::quiet_NaN();
  return direction == Direction::higher_is_better ? highest : lowest;
}

double evaluate_metric(const Metric& metric, const ClassComparison& comparison, EmptyMasks policy) {
  if (metric.direction == Direction::count) return metric.compute(comparison);
  const bool no_reference = comparison.counts.n_ref() == 0;
  const bool no_prediction = comparison.counts.n_pred() == 0;
  if (no_reference && no_prediction) {
    return policy == EmptyMasks::best ? metric.best() : std::numeric_limits<double>::quiet_NaN();
  }
  if (no_reference || no_prediction) return metric.worst();
  return metric.compute(comparison);
}

}  // namespace voxarena
