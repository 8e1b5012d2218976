#include "evaluation/shapes/subvoxel_distances.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluation/shapes/distance_transform.h"
#include "evaluation/shapes/subvoxel_surface.h"

namespace voxarena {
namespace {

// The distance changes over an element as over a plane: `away` points to where it grows.
struct Change {
  double spread = 0;  // as much as evenly spread distances of this standard deviation
  double most = 0;    // towards a corner
};

Change change_within(const SubvoxelSurface& surface, const SubvoxelSurface::Element& element,
                     const SubvoxelSurface::Nearest& nearest) {
  Change result;
  if (nearest.distance == 0) return result;
  const SubvoxelSurface::Corner* corners = surface.corners(element);
  double squares = 0;
  for (std::int32_t i = 0; i < element.corners; ++i) {
    const double change = dot(corners[i].away, nearest.away) / nearest.distance;
    squares += change * change;
    result.most = std::max(result.most, change);
  }
  result.spread = std::sqrt(squares / element.corners);
  return result;
}

struct Directed {
  std::vector<double> distances, areas, spreads;
  double farthest = 0;

  void add(double distance, double area, double spread) {
    distances.push_back(distance);
    areas.push_back(area);
    spreads.push_back(spread);
    farthest = std::max(farthest, distance);
  }
};

// An element that may have the farthest of all points among its corners.
struct FarElement {
  std::size_t element = 0;
  double expected = 0;
};

// Of a corner of `cell`: the walk starts from where it does for each of the cells around, which may
// be nearest to different parts of the target. Once `enough` or less is found it looks no further.
double corner_distance(const SubvoxelSurface& target, const Point& corner, std::int64_t cell,
                       DistanceTransform& transform, double enough) {
  const Extent& size = target.cells().size;
  const Extent at = {cell / (size[1] * size[2]), cell / size[2] % size[1], cell % size[2]};
  double distance = std::numeric_limits<double>::infinity();
  std::int64_t last = -1;
  for (std::int64_t z = std::max<std::int64_t>(at[0] - 1, 0); z < std::min(at[0] + 2, size[0]);
       ++z) {
    for (std::int64_t y = std::max<std::int64_t>(at[1] - 1, 0); y < std::min(at[1] + 2, size[1]);
         ++y) {
      for (std::int64_t x = std::max<std::int64_t>(at[2] - 1, 0); x < std::min(at[2] + 2, size[2]);
           ++x) {
        const std::int64_t start = transform.nearest(z, y, x).index;
        if (start == last) continue;
        distance = std::min(distance, target.nearest(corner, start).distance);
        if (distance <= enough) return distance;
        last = start;
      }
    }
  }
  return distance;
}

void find_farthest(const SubvoxelSurface& source, const SubvoxelSurface& target,
                   std::vector<FarElement> far, DistanceTransform& transform, double& farthest) {
  std::sort(far.begin(), far.end(),
            [](const FarElement& a, const FarElement& b) { return a.expected > b.expected; });
  for (const FarElement& one : far) {
    if (one.expected <= farthest) return;
    const SubvoxelSurface::Element& element = source.elements()[one.element];
    for (std::int32_t c = 0; c < element.corners; ++c) {
      farthest = std::max(farthest, corner_distance(target, source.corner(element, c), element.cell,
                                                    transform, farthest));
    }
  }
}

Directed directed(const SubvoxelSurface& source, const SubvoxelSurface& target,
                  const Spacing& spacing) {
  const Extent& size = source.cells().size;
  DistanceTransform transform(target.cells().sites, size, spacing);
  Directed result;
  std::vector<FarElement> far;
  std::int64_t last_cell = -1, start = -1;
  // What is nearest to an element is likely to be near to the next one of its column.
  std::vector<std::int64_t> nearest_of_column(static_cast<std::size_t>(size[2]), -1);
  for (std::size_t i = 0; i < source.elements().size(); ++i) {
    const SubvoxelSurface::Element& element = source.elements()[i];
    const std::int64_t cell = element.cell;
    if (cell != last_cell) {
      start =
          transform.nearest(cell / (size[1] * size[2]), cell / size[2] % size[1], cell % size[2])
              .index;
    }
    last_cell = cell;
    std::int64_t& likely = nearest_of_column[static_cast<std::size_t>(cell % size[2])];
    const SubvoxelSurface::Nearest nearest = target.nearest(element.centre, start, likely);
    likely = nearest.element;
    if (nearest.distance > 0 || nearest.same) {
      const Change change = change_within(source, element, nearest);
      result.add(nearest.distance, element.area, change.spread);
      const double expected = nearest.distance + change.most;
      if (expected > result.farthest) far.push_back({i, expected});
      continue;
    }
    // The surfaces touch here, perhaps at the other one's edge: from nothing at the centre, the
    // distance grows towards each corner.
    double expected = 0;
    for (std::int32_t c = 0; c < element.corners; ++c) {
      const double half = target.nearest(source.corner(element, c), start).distance / 2;
      result.add(half, element.area / element.corners, half);
      expected = std::max(expected, 2 * half);
    }
    if (expected > result.farthest) far.push_back({i, expected});
  }
  find_farthest(source, target, std::move(far), transform, result.farthest);
  return result;
}

}  // namespace

SurfaceDistances subvoxel_surface_distances(const MaskPair& masks) {
  const SubvoxelSurface reference(masks.reference, masks.size, masks.spacing, masks.flat);
  const SubvoxelSurface prediction(masks.prediction, masks.size, masks.spacing, masks.flat);
  Directed forward = directed(reference, prediction, masks.spacing);
  Directed backward = directed(prediction, reference, masks.spacing);
  return {.from_reference = std::move(forward.distances),
          .from_prediction = std::move(backward.distances),
          .reference_area = std::move(forward.areas),
          .prediction_area = std::move(backward.areas),
          .reference_spread = std::move(forward.spreads),
          .prediction_spread = std::move(backward.spreads),
          .reference_farthest = forward.farthest,
          .prediction_farthest = backward.farthest};
}

}  // namespace voxarena
