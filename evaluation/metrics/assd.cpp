#include "evaluation/metrics/hausdorff.h"

namespace voxarena {
namespace {

template <class Compute>
Metric assd_flavour(const char* flavour, const char* citation, Compute compute) {
  return {.name = "ASSD",
          .flavour = flavour,
          .direction = Direction::lower_is_better,
          .unit = "mm",
          .citation = citation,
          .compute = compute};
}

double voxel_average(const ClassComparison& comparison) {
  return average_distance(comparison.shapes.voxel_surface());
}

}  // namespace

// Average symmetric surface distance: the mean over both surfaces at once. MONAI computes in single
// precision: its values are these but for 3e-8 of them.
std::vector<Metric> assd_metrics() {
  return {
      assd_flavour(kDefaultSurface,
                   "Heimann T et al. Comparison and evaluation of methods for liver segmentation "
                   "from CT datasets. IEEE TMI 2009.",
                   [](const ClassComparison& comparison) {
                     return average_distance(comparison.shapes.subvoxel_surface());
                   }),
      assd_flavour("medpy", "Maier O et al. MedPy 0.5.2: metric.binary.assd.", voxel_average),
      assd_flavour("monai", "MONAI 1.6.1: compute_average_surface_distance, symmetric.",
                   voxel_average),
      assd_flavour("metricsreloaded",
                   "Metrics Reloaded (Maier-Hein L et al., Nature Methods 2024): "
                   "measured_average_distance.",
                   voxel_average)};
}

}  // namespace voxarena
