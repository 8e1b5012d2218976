#include <vector>

#include "evaluation/metric.h"

namespace voxarena {

// Lesions are connected components (26 neighbours). A lesion of the reference is found if it shares
// a voxel with the prediction; a predicted one is right if it shares a voxel with the reference.
// F1 is the harmonic mean of the shares found and right.
std::vector<Metric> lesion_f1_metrics() {
  return {{.name = "Lesion F1",
           .flavour = "any overlap",
           .direction = Direction::higher_is_better,
           .unit = "1",
           .lowest = 0,
           .highest = 1,
           .citation = "Commowick O et al. Objective evaluation of multiple sclerosis lesion "
                       "segmentation. Scientific Reports 2018.",
           .no_reference = OneEmpty::lowest,
           .no_prediction = OneEmpty::lowest,
           .compute = [](const ClassComparison& comparison) {
             const ComponentOverlap& overlap = comparison.shapes.components();
             std::vector<bool> found(overlap.reference_sizes.size());
             std::vector<bool> right(overlap.prediction_sizes.size());
             double n_found = 0, n_right = 0;
             for (const ComponentOverlap::Pair& pair : overlap.pairs) {
               const auto r = static_cast<std::size_t>(pair.reference);
               const auto p = static_cast<std::size_t>(pair.prediction);
               n_found += found[r] ? 0 : 1;
               n_right += right[p] ? 0 : 1;
               found[r] = right[p] = true;
             }
             const double sensitivity = n_found / static_cast<double>(found.size());
             const double precision = n_right / static_cast<double>(right.size());
             const double sum = sensitivity + precision;
             return sum == 0 ? 0 : 2 * sensitivity * precision / sum;
           }}};
}

}  // namespace voxarena
