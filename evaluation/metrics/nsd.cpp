#include "evaluation/metrics/hausdorff.h"

namespace voxarena {
namespace {

template <class Compute>
Metric nsd_flavour(const char* flavour, const char* citation, Compute compute) {
  return {.name = "NSD",
          .flavour = flavour,
          .direction = Direction::higher_is_better,
          .unit = "1",
          .lowest = 0,
          .highest = 1,
          .citation = citation,
          .no_reference = OneEmpty::lowest,
          .no_prediction = OneEmpty::lowest,
          .compute = compute};
}

double voxel_share(const ClassComparison& comparison) {
  return share_within(comparison.shapes.voxel_surface(), comparison.tolerance);
}

}  // namespace

// Normalised surface distance (surface Dice): the share of both surfaces that lies within the
// tolerance of the class from the other surface.
std::vector<Metric> nsd_metrics() {
  return {nsd_flavour(
              kDefaultSurface,
              "Nikolov S et al. Clinically applicable segmentation of head and neck anatomy for "
              "radiotherapy. JMIR 2021.",
              [](const ClassComparison& comparison) {
                return share_within(comparison.shapes.subvoxel_surface(), comparison.tolerance);
              }),
          nsd_flavour("surface-distance",
                      "DeepMind. surface-distance 0.1: compute_surface_dice_at_tolerance.",
                      [](const ClassComparison& comparison) {
                        return share_within(comparison.shapes.cell_surface(), comparison.tolerance);
                      }),
          nsd_flavour("monai", "MONAI 1.6.1: compute_surface_dice.", voxel_share),
          nsd_flavour("metricsreloaded",
                      "Metrics Reloaded (Maier-Hein L et al., Nature Methods 2024): "
                      "normalised_surface_distance.",
                      voxel_share)};
}

}  // namespace voxarena
