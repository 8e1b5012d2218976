#include "evaluation/metric.h"

namespace voxarena {

// Share of the voxels outside of the reference that are not predicted; 1 where the reference fills
// the image, since nothing negative could be missed.
std::vector<Metric> specificity_metrics() {
  return {{.name = "Specificity",
           .flavour = "voxel",
           .direction = Direction::higher_is_better,
           .unit = "1",
           .lowest = 0,
           .highest = 1,
           .citation = "Taha AA, Hanbury A. Metrics for evaluating 3D medical image segmentation. "
                       "BMC Medical Imaging 2015.",
           .no_reference = OneEmpty::formula,
           .no_prediction = OneEmpty::formula,
           .compute = [](const ClassComparison& comparison) {
             const Counts& n = comparison.counts;
             if (n.tn + n.fp == 0) return 1.0;
             return static_cast<double>(n.tn) / static_cast<double>(n.tn + n.fp);
           }}};
}

}  // namespace voxarena
