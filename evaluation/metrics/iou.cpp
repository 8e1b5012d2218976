#include "evaluation/metric.h"

namespace voxarena {

// |A ∩ B| / |A ∪ B|
std::vector<Metric> iou_metrics() {
  return {{.name = "IoU",
           .flavour = "voxel",
           .direction = Direction::higher_is_better,
           .unit = "1",
           .lowest = 0,
           .highest = 1,
           .citation =
               "Jaccard P. The distribution of the flora in the alpine zone. New Phytologist 1912.",
           .no_reference = OneEmpty::lowest,
           .no_prediction = OneEmpty::lowest,
           .compute = [](const ClassComparison& comparison) {
             const Counts& n = comparison.counts;
             return static_cast<double>(n.tp) / static_cast<double>(n.tp + n.fp + n.fn);
           }}};
}

}  // namespace voxarena
