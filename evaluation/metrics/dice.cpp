#include "evaluation/metric.h"

namespace voxarena {

// 2 |A ∩ B| / (|A| + |B|)
std::vector<Metric> dice_metrics() {
  return {
      {.name = "Dice",
       .flavour = "voxel",
       .direction = Direction::higher_is_better,
       .unit = "1",
       .lowest = 0,
       .highest = 1,
       .citation =
           "Dice LR. Measures of the amount of ecologic association between species. Ecology 1945.",
       .no_reference = OneEmpty::lowest,
       .no_prediction = OneEmpty::lowest,
       .compute = [](const ClassComparison& comparison) {
         const Counts& n = comparison.counts;
         return static_cast<double>(2 * n.tp) / static_cast<double>(2 * n.tp + n.fp + n.fn);
       }}};
}

}  // namespace voxarena
