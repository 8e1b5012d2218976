#include "evaluation/metric.h"

namespace voxarena {

// Lesions (connected components, 26 neighbours) match if their IoU is above one half, which makes
// the match unique: the sum of those IoU / (matched + half of the unmatched on either side).
std::vector<Metric> panoptic_quality_metrics() {
  return {{.name = "PQ",
           .flavour = "IoU > 0.5",
           .direction = Direction::higher_is_better,
           .unit = "1",
           .lowest = 0,
           .highest = 1,
           .citation = "Kirillov A et al. Panoptic segmentation. CVPR 2019.",
           .no_reference = OneEmpty::lowest,
           .no_prediction = OneEmpty::lowest,
           .compute = [](const ClassComparison& comparison) {
             const ComponentOverlap& overlap = comparison.shapes.components();
             double sum = 0;
             for (const ComponentOverlap::Pair& pair : overlap.pairs) {
               const std::int64_t all =
                   overlap.reference_sizes[static_cast<std::size_t>(pair.reference)] +
                   overlap.prediction_sizes[static_cast<std::size_t>(pair.prediction)] -
                   pair.voxels;
               if (2 * pair.voxels > all)
                 sum += static_cast<double>(pair.voxels) / static_cast<double>(all);
             }
             const auto lesions = static_cast<double>(overlap.reference_sizes.size() +
                                                      overlap.prediction_sizes.size());
             return 2 * sum / lesions;  // matched lesions stand on both sides
           }}};
}

}  // namespace voxarena
