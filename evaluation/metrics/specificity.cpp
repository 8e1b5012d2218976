#include "evaluation/metric.h"

namespace voxarena {

// Share of the voxels outside of the reference that are not predicted.
std::vector<Metric> specificity_metrics() {
  return {{.name = "Specificity",
           .flavour = "voxel",
           .direction = Direction::higher_is_better,
           .unit = "1",
           .lowest = 0,
           .highest = 1,
           .citation = "Taha AA, Hanbury A. Metrics for evaluating 3D medical image segmentation. "
                       "BMC Medical Imaging 2015.",
           .compute = [](const ClassComparison& comparison) {
           .no_reference = OneEmpty::formula,
           .no_prediction = OneEmpty::formula,
             const Counts& n = comparison.counts;
             return static_cast<double>(n.tn) / static_cast<double>(n.tn + n.fp);
           }}};
}

}  // namespace voxarena
