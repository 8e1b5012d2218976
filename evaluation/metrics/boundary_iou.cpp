#include "evaluation/metric.h"
#include "evaluation/shapes/voxel_surface.h"

namespace voxarena {

// IoU of the voxels that touch the outside of their mask with a face: a boundary one voxel wide, as
// in Metrics Reloaded.
std::vector<Metric> boundary_iou_metrics() {
  return {{.name = "Boundary IoU",
           .flavour = "voxel",
           .direction = Direction::higher_is_better,
           .unit = "1",
           .lowest = 0,
           .highest = 1,
           .citation = "Cheng B et al. Boundary IoU: improving object-centric image segmentation "
                       "evaluation. CVPR 2021.",
           .no_reference = OneEmpty::lowest,
           .no_prediction = OneEmpty::lowest,
           .compute = [](const ClassComparison& comparison) {
             const MaskPair& masks = comparison.shapes.masks();
             const auto reference = border_voxels(masks.reference, masks.size, masks.flat);
             const auto prediction = border_voxels(masks.prediction, masks.size, masks.flat);
             std::int64_t both = 0, any = 0;
             for (std::size_t i = 0; i < reference.size(); ++i) {
               both += reference[i] & prediction[i];
               any += reference[i] | prediction[i];
             }
             return static_cast<double>(both) / static_cast<double>(any);
           }}};
}

}  // namespace voxarena
