// Where the surface of a mask crosses the edges between inside and outside voxel centres.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "evaluation/shapes/cell_polygons.h"
#include "voxarena/data/volume.h"

namespace voxarena {

struct Crossing {
  float place = 0.5F;    // from the inside corner (0) to the outside corner (1)
  bool on_face = false;  // at a flat face of voxels that ends at a sharp edge
};

// The smoothed mask tells where a surface lies whose steps are traces of sampling: a digitised
// curve has a run of one voxel on at least one side of nearly every corner. Where flat runs of
// three and more voxels meet on both sides the edge is the object's own (a box, an organ cut off at
// the border of the image): the faces of the voxels are taken as they are up to that edge.
class Crossings {
 public:
  // `mask` outlives this and has a margin of one empty voxel, as in MaskPair.
  Crossings(const std::vector<std::uint8_t>& mask, const Extent& size, const Spacing& spacing,
            bool flat);

  // `voxel` is the first corner of the cell that `edge` belongs to.
  Crossing at(std::int64_t voxel, const CrossedEdge& edge) const;

 private:
  std::int64_t offset(std::uint8_t corner) const;
  bool on_face(std::int64_t inside, std::int64_t step) const;

  const std::uint8_t* mask_;
  Extent widths_;  // of smoothing
  std::vector<float> smooth_;
  std::array<std::int64_t, 3> stride_;  // 0 along z of a flat image
};

}  // namespace voxarena
