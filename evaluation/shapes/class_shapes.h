// Everything that metrics may ask of the shapes of one class of one case, made on first use.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "evaluation/shapes/component_overlap.h"
#include "evaluation/shapes/mask_pair.h"
#include "evaluation/shapes/surface_distances.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// Voxels of the centre line of each mask, and how many of them lie in the other mask.
struct CentreLineOverlap {
  std::int64_t reference = 0, reference_inside = 0;
  std::int64_t prediction = 0, prediction_inside = 0;
};

// Not for use by several threads at once. Surfaces and skeletons exist where both masks hold a
// voxel, which the caller has checked.
class ClassShapes {
 public:
  ClassShapes(const LabelImage& reference, const LabelImage& prediction, const Box& box,
              std::vector<int> labels, std::optional<int> ignore);

  const MaskPair& masks();
  const SurfaceDistances& voxel_surface();     // voxel_surface.h
  const SurfaceDistances& cell_surface();      // surface_cells.h
  const SurfaceDistances& subvoxel_surface();  // subvoxel_distances.h
  const ComponentOverlap& components();
  const CentreLineOverlap& centre_lines();  // skeleton.h

 private:
  const LabelImage& reference_;
  const LabelImage& prediction_;
  Box box_;
  std::vector<int> labels_;
  std::optional<int> ignore_;
  std::optional<MaskPair> masks_;
  std::optional<SurfaceDistances> voxel_surface_, cell_surface_, subvoxel_surface_;
  std::optional<ComponentOverlap> components_;
  std::optional<CentreLineOverlap> centre_lines_;
};

}  // namespace voxarena
