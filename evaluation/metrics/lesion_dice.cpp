#include <vector>

#include "evaluation/metric.h"

namespace voxarena {

// Mean over the lesions (connected components, 26 neighbours) of the reference of the Dice of each
// with all predicted lesions that touch it; a predicted lesion that touches none counts as one more
// with 0.
std::vector<Metric> lesion_dice_metrics() {
  return {{.name = "Lesion Dice",
           .flavour = "any overlap",
           .direction = Direction::higher_is_better,
           .unit = "1",
           .lowest = 0,
           .highest = 1,
           .citation = "Saluja R et al. BraTS 2023 lesion-wise performance metrics, without "
                       "dilation. Synapse 2023.",
           .no_reference = OneEmpty::lowest,
           .no_prediction = OneEmpty::lowest,
           .compute = [](const ClassComparison& comparison) {
             const ComponentOverlap& overlap = comparison.shapes.components();
             std::vector<double> common(overlap.reference_sizes.size());
             std::vector<double> touching = common;
             std::vector<bool> right(overlap.prediction_sizes.size());
             for (const ComponentOverlap::Pair& pair : overlap.pairs) {
               const auto r = static_cast<std::size_t>(pair.reference);
               const auto p = static_cast<std::size_t>(pair.prediction);
               common[r] += static_cast<double>(pair.voxels);
               touching[r] += static_cast<double>(overlap.prediction_sizes[p]);
               right[p] = true;
             }
             double sum = 0, lesions = 0;
             for (std::size_t r = 0; r < common.size(); ++r, ++lesions) {
               const auto size = static_cast<double>(overlap.reference_sizes[r]);
               sum += 2 * common[r] / (size + touching[r]);
             }
             for (const bool is_right : right) lesions += is_right ? 0 : 1;
             return sum / lesions;
           }}};
}

}  // namespace voxarena
