#include <cstdlib>

#include "evaluation/metric.h"

namespace voxarena {

// | volume of the prediction - volume of the reference |; a 2-D image is 1 mm thick.
std::vector<Metric> volume_difference_metrics() {
  return {{.name = "AVD",
           .flavour = "voxel",
           .direction = Direction::lower_is_better,
           .unit = "ml",
           .citation = "Taha AA, Hanbury A. Metrics for evaluating 3D medical image segmentation. "
                       "BMC Medical Imaging 2015.",
           .defined_if_empty = true,
           .compute = [](const ClassComparison& comparison) {
             const Geometry& geometry = comparison.reference.geometry;
             const double thickness = geometry.file_dimension == 2 ? 1 : geometry.spacing[0];
             const auto voxels = static_cast<double>(
                 std::llabs(comparison.counts.n_pred() - comparison.counts.n_ref()));
             return voxels * thickness * geometry.spacing[1] * geometry.spacing[2] / 1000;
           }}};
}

}  // namespace voxarena
