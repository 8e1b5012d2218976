#include "evaluation/shapes/class_shapes.h"

#include <algorithm>

#include "evaluation/shapes/skeleton.h"
#include "evaluation/shapes/subvoxel_distances.h"
#include "evaluation/shapes/surface_cells.h"
#include "evaluation/shapes/voxel_surface.h"

namespace voxarena {

ClassShapes::ClassShapes(const LabelImage& reference, const LabelImage& prediction, const Box& box,
                         std::vector<int> labels, std::optional<int> ignore)
    : reference_(reference),
      prediction_(prediction),
      box_(box),
      labels_(std::move(labels)),
      ignore_(ignore) {}

const MaskPair& ClassShapes::masks() {
  if (!masks_) masks_ = cut_masks(reference_, prediction_, box_, labels_, ignore_);
  return *masks_;
}

const SurfaceDistances& ClassShapes::voxel_surface() {
  if (!voxel_surface_) voxel_surface_ = voxel_surface_distances(masks());
  return *voxel_surface_;
}

const SurfaceDistances& ClassShapes::cell_surface() {
  if (!cell_surface_) cell_surface_ = cell_surface_distances(masks());
  return *cell_surface_;
}

const SurfaceDistances& ClassShapes::subvoxel_surface() {
  if (!subvoxel_surface_) subvoxel_surface_ = subvoxel_surface_distances(masks());
  return *subvoxel_surface_;
}

const ComponentOverlap& ClassShapes::components() {
  if (!components_) components_ = overlap_components(masks());
  return *components_;
}

const CentreLineOverlap& ClassShapes::centre_lines() {
  if (centre_lines_) return *centre_lines_;
  const MaskPair& pair = masks();
  CentreLineOverlap& overlap = centre_lines_.emplace();
  const auto add = [&](const std::vector<std::uint8_t>& mask,
                       const std::vector<std::uint8_t>& other, std::int64_t& all,
                       std::int64_t& inside) {
    std::vector<std::uint8_t> line = skeleton(mask, pair.size, pair.flat);
    // Lee's thinning may remove a small object altogether: it is its own centre line then.
    if (std::find(line.begin(), line.end(), 1) == line.end()) line = mask;
    for (std::size_t i = 0; i < line.size(); ++i) {
      all += line[i];
      inside += line[i] & other[i];
    }
  };
  add(pair.reference, pair.prediction, overlap.reference, overlap.reference_inside);
  add(pair.prediction, pair.reference, overlap.prediction, overlap.prediction_inside);
  return overlap;
}

}  // namespace voxarena
