#include "evaluation/metrics/hausdorff.h"

#include <algorithm>

#include "preprocessing/percentile.h"

namespace voxarena {
namespace {

template <class Compute>
Metric hausdorff_flavour(const std::string& name, const char* flavour, const char* citation,
                         Compute compute) {
  return {.name = name,
          .flavour = flavour,
          .direction = Direction::lower_is_better,
          .unit = "mm",
          .citation = citation,
          .compute = compute};
}

// MedPy: of the distances in both directions at once.
double pooled(const SurfaceDistances& distances, double percent) {
  std::vector<double> all = distances.from_reference;
  all.insert(all.end(), distances.from_prediction.begin(), distances.from_prediction.end());
  return percentile(std::move(all), percent);
}

}  // namespace

// The percentile of the distances from each surface to the other; which of both directions, and
// what an element of a surface is, differs between flavours.
std::vector<Metric> hausdorff_flavours(const std::string& name, double percent) {
  return {
      hausdorff_flavour(
          name, kDefaultSurface,
          "Huttenlocher DP, Klanderman GA, Rucklidge WJ. Comparing images using the Hausdorff "
          "distance. IEEE TPAMI 1993.",
          [percent](const ClassComparison& comparison) {
            return robust_hausdorff(comparison.shapes.subvoxel_surface(), percent);
          }),
      hausdorff_flavour(name, "medpy", "Maier O et al. MedPy 0.5.2: metric.binary.hd and hd95.",
                        [percent](const ClassComparison& comparison) {
                          return pooled(comparison.shapes.voxel_surface(), percent);
                        }),
      hausdorff_flavour(name, "surface-distance",
                        "DeepMind. surface-distance 0.1: compute_robust_hausdorff.",
                        [percent](const ClassComparison& comparison) {
                          return robust_hausdorff(comparison.shapes.cell_surface(), percent);
                        }),
      hausdorff_flavour(name, "monai", "MONAI 1.6.1: compute_hausdorff_distance.",
                        [percent](const ClassComparison& comparison) {
                          const SurfaceDistances& distances = comparison.shapes.voxel_surface();
                          return std::max(single_percentile(distances.from_reference, percent),
                                          single_percentile(distances.from_prediction, percent));
                        }),
      hausdorff_flavour(name, "metricsreloaded",
                        "Metrics Reloaded (Maier-Hein L et al., Nature Methods 2024): "
                        "measured_hausdorff_distance_perc.",
                        [percent](const ClassComparison& comparison) {
                          const SurfaceDistances& distances = comparison.shapes.voxel_surface();
                          return std::max(percentile(distances.from_reference, percent),
                                          percentile(distances.from_prediction, percent));
                        }),
  };
}

std::vector<Metric> hausdorff_metrics() { return hausdorff_flavours("HD", 100); }
std::vector<Metric> hausdorff_95_metrics() { return hausdorff_flavours("HD95", 95); }

}  // namespace voxarena
