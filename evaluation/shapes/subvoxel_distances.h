// Distances between the surfaces that subvoxel_surface.h makes of two masks.
#pragma once

#include "evaluation/shapes/mask_pair.h"
#include "evaluation/shapes/surface_distances.h"

namespace voxarena {

// From all elements of each surface, weighted with their areas, to the other surface: the distance
// of the centre, and how far it varies within the element. Neither mask may be empty.
SurfaceDistances subvoxel_surface_distances(const MaskPair& masks);

}  // namespace voxarena
