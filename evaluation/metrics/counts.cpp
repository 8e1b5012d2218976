// The voxel counts that nnU-Net's summary.json lists beside Dice and IoU.
#include "evaluation/metric.h"

namespace voxarena {
namespace {

template <class Count>
Metric count_metric(const char* name, Count count) {
  return {.name = name,
          .flavour = "voxel",
          .direction = Direction::count,
          .unit = "voxel",
          .citation = {},
          .compute = [count](const ClassComparison& comparison) {
            return static_cast<double>(count(comparison.counts));
          }};
}

}  // namespace

std::vector<Metric> counts_metrics() {
  return {count_metric("TP", [](const Counts& counts) { return counts.tp; }),
          count_metric("FP", [](const Counts& counts) { return counts.fp; }),
          count_metric("FN", [](const Counts& counts) { return counts.fn; }),
          count_metric("TN", [](const Counts& counts) { return counts.tn; }),
          count_metric("n_pred", [](const Counts& counts) { return counts.n_pred(); }),
          count_metric("n_ref", [](const Counts& counts) { return counts.n_ref(); })};
}

}  // namespace voxarena
