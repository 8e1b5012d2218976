#include "evaluation/metric.h"

namespace voxarena {

// Share of the prediction that is right; also called positive predictive value. Without a
// prediction it has no value.
std::vector<Metric> precision_metrics() {
  return {{.name = "Precision",
           .flavour = "voxel",
           .direction = Direction::higher_is_better,
           .unit = "1",
           .lowest = 0,
           .highest = 1,
           .citation = "Taha AA, Hanbury A. Metrics for evaluating 3D medical image segmentation. "
                       "BMC Medical Imaging 2015.",
           .no_reference = OneEmpty::lowest,
           .compute = [](const ClassComparison& comparison) {
             const Counts& n = comparison.counts;
             return static_cast<double>(n.tp) / static_cast<double>(n.tp + n.fp);
           }}};
}

}  // namespace voxarena
