#include "evaluation/shapes/subvoxel_distances.h"

#include <algorithm>
#include <cmath>

#include "evaluation/shapes/polygon_tree.h"
#include "evaluation/shapes/subvoxel_surface.h"

namespace voxarena {
namespace {

// The distance changes over an element as over a plane: `away` points to where it grows.
struct Change {
  double spread = 0;  // as much as evenly spread distances of this standard deviation
  double most = 0;    // towards a corner
};

Change change_within(const SubvoxelSurface& surface, const PolygonFan& element, double distance,
                     const Point& away) {
  Change result;
  if (distance == 0) return result;
  double squares = 0;
  const FanTriangle* triangles = surface.triangles(element);
  const Point direction = (1 / distance) * away;
  for (std::int32_t i = 0; i < element.triangles; ++i) {
    const double change = dot(to_double(triangles[i].corner), direction);
    squares += change * change;
    result.most = std::max(result.most, change);
  }
  result.spread = std::sqrt(squares / element.triangles);
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

std::vector<Point> corners_of(const SubvoxelSurface& surface, std::size_t index) {
  const PolygonFan& polygon = surface.polygons()[index];
  std::vector<Point> corners;
  for (std::int32_t i = 0; i < polygon.triangles; ++i)
    corners.push_back(polygon.centre + to_double(surface.triangles(polygon)[i].corner));
  return corners;
}

std::vector<PolygonTree::Nearest> nearest_to(const std::vector<Point>& points, PolygonTree& target,
                                             double enough = 0) {
  std::vector<PolygonTree::Nearest> found(points.size());
  const auto count = static_cast<std::int64_t>(points.size());
  for (std::int64_t i = 0; i < count; i += PolygonTree::kLanes) {
    target.nearest(points.data() + i, std::min(PolygonTree::kLanes, count - i), found.data() + i,
                   enough);
  }
  return found;
}

void find_farthest(const SubvoxelSurface& source, PolygonTree& target, std::vector<FarElement> far,
                   double& farthest) {
  std::sort(far.begin(), far.end(),
            [](const FarElement& a, const FarElement& b) { return a.expected > b.expected; });
  for (const FarElement& one : far) {
    if (one.expected <= farthest) return;
    for (const auto& corner : nearest_to(corners_of(source, one.element), target, farthest))
      farthest = std::max(farthest, corner.distance);
  }
}

Directed directed(const SubvoxelSurface& source, const std::vector<std::int32_t>& order,
                  PolygonTree& target) {
  Directed result;
  std::vector<FarElement> far;
  std::vector<Point> centres;
  centres.reserve(order.size());
  result.distances.reserve(order.size());
  result.areas.reserve(order.size());
  result.spreads.reserve(order.size());
  for (const std::int32_t i : order)
    centres.push_back(source.polygons()[static_cast<std::size_t>(i)].centre);
  const std::vector<PolygonTree::Nearest> found = nearest_to(centres, target);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto index = static_cast<std::size_t>(order[i]);
    const PolygonFan& element = source.polygons()[index];
    const PolygonTree::Nearest& nearest = found[i];
    if (nearest.distance > 1e-6 * element.radius || nearest.same) {
      const Change change = change_within(source, element, nearest.distance, nearest.away);
      result.add(nearest.distance, element.area, change.spread);
      const double expected = nearest.distance + change.most;
      if (expected > result.farthest) far.push_back({index, expected});
      continue;
    }
    // The surfaces touch here, perhaps at the other one's edge: from nothing at the centre, the
    // distance grows towards each corner.
    double expected = 0;
    for (const auto& corner : nearest_to(corners_of(source, index), target)) {
      result.add(corner.distance / 2, element.area / element.triangles, corner.distance / 2);
      expected = std::max(expected, corner.distance);
    }
    if (expected > result.farthest) far.push_back({index, expected});
  }
  find_farthest(source, target, std::move(far), result.farthest);
  return result;
}

}  // namespace

SurfaceDistances subvoxel_surface_distances(const MaskPair& masks) {
  const SubvoxelSurface reference(masks.reference, masks.size, masks.spacing, masks.flat);
  const SubvoxelSurface prediction(masks.prediction, masks.size, masks.spacing, masks.flat);
  PolygonTree reference_tree(reference), prediction_tree(prediction);
  Directed forward = directed(reference, reference_tree.order(), prediction_tree);
  Directed backward = directed(prediction, prediction_tree.order(), reference_tree);
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
