#include "evaluation/metric.h"

namespace voxarena {

// Share of the reference that is predicted; also called recall. Without a reference it has no
// value.
std::vector<Metric> sensitivity_metrics() {
  return {{.name = "Sensitivity",
           .flavour = "voxel",
           .direction = Direction::higher_is_better,
           .unit = "1",
           .lowest = 0,
           .highest = 1,
           .citation = "Taha AA, Hanbury A. Metrics for evaluating 3D medical image segmentation. "
                       "BMC Medical Imaging 2015.",
           .no_prediction = OneEmpty::lowest,
           .compute = [](const ClassComparison& comparison) {
             const Counts& n = comparison.counts;
             return static_cast<double>(n.tp) / static_cast<double>(n.tp + n.fn);
           }}};
}

}  // namespace voxarena
