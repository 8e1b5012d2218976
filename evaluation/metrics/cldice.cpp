#include "evaluation/metric.h"

namespace voxarena {

// Harmonic mean of the share of the prediction's centre line that lies in the reference and of the
// reference's that lies in the prediction; centre lines as scikit-image's method "lee"
// (skeleton.h). So does Metrics Reloaded in 3-D; in 2-D it thins with another method and gives
// other values.
std::vector<Metric> cldice_metrics() {
  return {{.name = "clDice",
           .flavour = "lee",
           .direction = Direction::higher_is_better,
           .unit = "1",
           .lowest = 0,
           .highest = 1,
           .citation =
               "Shit S et al. clDice: a novel topology-preserving loss function for tubular "
               "structure segmentation. CVPR 2021.",
           .no_reference = OneEmpty::lowest,
           .no_prediction = OneEmpty::lowest,
           .compute = [](const ClassComparison& comparison) {
             const CentreLineOverlap& overlap = comparison.shapes.centre_lines();
             const double sensitivity = static_cast<double>(overlap.reference_inside) /
                                        static_cast<double>(overlap.reference);
             const double precision = static_cast<double>(overlap.prediction_inside) /
                                      static_cast<double>(overlap.prediction);
             const double sum = sensitivity + precision;
             return sum == 0 ? 0 : 2 * sensitivity * precision / sum;
           }}};
}

}  // namespace voxarena
