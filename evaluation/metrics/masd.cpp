#include "evaluation/metrics/hausdorff.h"

namespace voxarena {
namespace {

template <class Compute>
Metric masd_flavour(const char* flavour, const char* citation, Compute compute) {
  return {.name = "MASD",
          .flavour = flavour,
          .direction = Direction::lower_is_better,
          .unit = "mm",
          .citation = citation,
          .compute = compute};
}

}  // namespace

// Mean average surface distance: the mean of the two directions' means.
std::vector<Metric> masd_metrics() {
  return {
      masd_flavour(kDefaultSurface,
                   "Benes M, Zitova B. Performance evaluation of image segmentation algorithms on "
                   "microscopic image data. Journal of Microscopy 2015.",
                   [](const ClassComparison& comparison) {
                     return mean_of_averages(comparison.shapes.subvoxel_surface());
                   }),
      masd_flavour("surface-distance",
                   "DeepMind. surface-distance 0.1: the mean of both numbers of "
                   "compute_average_surface_distance.",
                   [](const ClassComparison& comparison) {
                     return mean_of_averages(comparison.shapes.cell_surface());
                   }),
      masd_flavour("metricsreloaded",
                   "Metrics Reloaded (Maier-Hein L et al., Nature Methods 2024): measured_masd.",
                   [](const ClassComparison& comparison) {
                     return mean_of_averages(comparison.shapes.voxel_surface());
                   })};
}

}  // namespace voxarena
