#include "evaluation/shapes/subvoxel_surface.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluation/shapes/cell_polygons.h"
#include "evaluation/shapes/distance_transform.h"
#include "evaluation/shapes/mask_smoothing.h"

namespace voxarena {
namespace {

// How far the smoothed value of a voxel is kept on its side of one half.
constexpr float kMargin = 0.02F;
// Beyond this the smoothed mask denies the voxel: a corner, a tip, a speck. The middle is taken.
constexpr float kDenial = 0.09F;

// Where the surface crosses the edges of one mask.
class Crossings {
 public:
  Crossings(const std::vector<std::uint8_t>& mask, const Extent& size, bool flat)
      : mask_(mask.data()),
        smooth_(smooth_mask(mask, size, flat)),
        size_(size),
        corner_{flat ? 0 : size[1] * size[2], size[2], 1} {}

  std::int64_t voxel(std::int64_t z, std::int64_t y, std::int64_t x) const {
    return (z * size_[1] + y) * size_[2] + x;
  }

  // From the inside corner (0) to the outside corner (1) of a cell's edge.
  double place(std::int64_t voxel, const CrossedEdge& edge) const {
    const std::int64_t inside = voxel + offset(edge.inside);
    const std::int64_t step = offset(edge.outside) - offset(edge.inside);
    const std::int64_t outside = inside + step;
    // One voxel thick, or a gap of one voxel: the mask says all that is known.
    if (value(inside - step) == 0 || value(outside + step) != 0) return 0.5;
    const float in = smooth_[static_cast<std::size_t>(inside)];
    const float out = smooth_[static_cast<std::size_t>(outside)];
    if (in < 0.5F - kDenial || out > 0.5F + kDenial) return 0.5;
    const float a = std::max(in, 0.5F + kMargin), b = std::min(out, 0.5F - kMargin);
    return static_cast<double>((a - 0.5F) / (a - b));
  }

 private:
  std::int64_t offset(std::uint8_t corner) const {
    return (corner >> 2 & 1) * corner_[0] + (corner >> 1 & 1) * corner_[1] +
           (corner & 1) * corner_[2];
  }
  std::uint8_t value(std::int64_t voxel) const {
    const bool within = voxel >= 0 && voxel < static_cast<std::int64_t>(smooth_.size());
    return within ? mask_[voxel] : std::uint8_t{0};
  }

  const std::uint8_t* mask_;
  std::vector<float> smooth_;
  Extent size_;
  std::array<std::int64_t, 3> corner_;
};

Point corner_place(std::uint8_t corner) {
  return {static_cast<double>(corner >> 2 & 1), static_cast<double>(corner >> 1 & 1),
          static_cast<double>(corner & 1)};
}

std::size_t edge_index(const CrossedEdge& edge) {
  return static_cast<std::size_t>(edge.inside * 8 + edge.outside);
}

Point unravel(std::int64_t cell, const Extent& size) {
  return {static_cast<double>(cell / (size[1] * size[2])),
          static_cast<double>(cell / size[2] % size[1]), static_cast<double>(cell % size[2])};
}

void add_distances(const SubvoxelSurface& source, const SubvoxelSurface& target,
                   const Spacing& spacing, std::vector<double>& distances,
                   std::vector<double>& areas) {
  const Extent& size = source.cells().size;
  const DistanceTransform transform(target.cells().sites, size, spacing);
  std::int64_t last_cell = -1, nearest = -1;
  for (std::size_t i = 0; i < source.elements().size(); ++i) {
    const std::int64_t cell = source.cell_of_element()[i];
    if (cell != last_cell) {
      nearest =
          transform.nearest(cell / (size[1] * size[2]), cell / size[2] % size[1], cell % size[2])
              .index;
    }
    last_cell = cell;
    distances.push_back(target.distance(source.elements()[i].centre, nearest));
    areas.push_back(source.elements()[i].area);
  }
}

}  // namespace

SubvoxelSurface::SubvoxelSurface(const std::vector<std::uint8_t>& mask, const Extent& size,
                                 const Spacing& spacing, bool flat)
    : cells_(surface_cells(mask, size, flat)), first_element_(cells_.codes.size(), -1) {
  const Crossings crossings(mask, size, flat);
  std::array<double, 64> crossing{};
  std::int64_t cell = 0;
  for (std::int64_t z = 0; z < cells_.size[0]; ++z) {
    for (std::int64_t y = 0; y < cells_.size[1]; ++y) {
      for (std::int64_t x = 0; x < cells_.size[2]; ++x, ++cell) {
        if (cells_.sites[static_cast<std::size_t>(cell)] == 0) continue;
        const std::uint8_t code = cells_.codes[static_cast<std::size_t>(cell)];
        for (const CellPolygon& polygon : cell_polygons()[code]) {
          for (const CrossedEdge& edge : polygon) {
            crossing[edge_index(edge)] = crossings.place(crossings.voxel(z, y, x), edge);
          }
        }
        add_polygons(cell, unravel(cell, cells_.size), spacing, crossing);
      }
    }
  }
}

void SubvoxelSurface::add_polygons(std::int64_t cell, const Point& place, const Spacing& spacing,
                                   const std::array<double, 64>& crossing) {
  first_element_[static_cast<std::size_t>(cell)] = static_cast<std::int32_t>(elements_.size());
  for (const CellPolygon& polygon : cell_polygons()[cells_.codes[static_cast<std::size_t>(cell)]]) {
    Element element;
    element.first_corner = static_cast<std::int32_t>(corners_.size());
    element.corners = static_cast<std::int32_t>(polygon.size());
    for (const CrossedEdge& edge : polygon) {
      const Point in = corner_place(edge.inside), out = corner_place(edge.outside);
      const double t = crossing[edge_index(edge)];
      Point corner;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        corner[axis] = (place[axis] + in[axis] + t * (out[axis] - in[axis])) * spacing[axis];
        element.centre[axis] += corner[axis] / static_cast<double>(polygon.size());
      }
      corners_.push_back(corner);
    }
    const Point* corner = corners_.data() + element.first_corner;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
      const Point& next = corner[(i + 1) % polygon.size()];
      element.area += triangle_area(element.centre, corner[i], next);
      const Point spoke = corner[i] - element.centre;
      element.radius = std::max(element.radius, std::sqrt(dot(spoke, spoke)));
    }
    elements_.push_back(element);
    cell_of_element_.push_back(cell);
  }
}

double SubvoxelSurface::squared_distance(const Point& point, const Element& element) const {
  const Point* corner = corners_.data() + element.first_corner;
  if (element.corners == 3) {
    return squared_distance_to_triangle(point, corner[0], corner[1], corner[2]);
  }
  double best = std::numeric_limits<double>::infinity();
  for (std::int32_t i = 0; i < element.corners; ++i) {
    const Point& next = corner[i + 1 < element.corners ? i + 1 : 0];
    best = std::min(best, squared_distance_to_triangle(point, element.centre, corner[i], next));
  }
  return best;
}

bool SubvoxelSurface::improve(const Point& point, std::int64_t cell, double& distance) const {
  bool improved = false;
  for (std::int32_t e = first_element_[static_cast<std::size_t>(cell)];
       e >= 0 && e < static_cast<std::int32_t>(elements_.size()) &&
       cell_of_element_[static_cast<std::size_t>(e)] == cell;
       ++e) {
    const Element& element = elements_[static_cast<std::size_t>(e)];
    const Point away = point - element.centre;
    const double squared = dot(away, away), bound = distance + element.radius;
    if (squared >= bound * bound) continue;
    const double found = squared == 0 ? 0 : std::sqrt(squared_distance(point, element));
    if (found >= distance) continue;
    distance = found;
    improved = true;
  }
  return improved;
}

double SubvoxelSurface::distance(const Point& point, std::int64_t cell) const {
  const Extent& size = cells_.size;
  const std::int64_t row = size[2], slice = size[1] * size[2];
  double best = std::numeric_limits<double>::infinity();
  improve(point, cell, best);
  // Cells around the one before have been seen already.
  Extent before = {-9, -9, -9};
  for (;;) {
    const Extent at = {cell / slice, cell / row % size[1], cell % row};
    std::int64_t nearest = cell;
    for (std::int64_t z = std::max<std::int64_t>(at[0] - 1, 0);
         z <= std::min(at[0] + 1, size[0] - 1); ++z) {
      for (std::int64_t y = std::max<std::int64_t>(at[1] - 1, 0);
           y <= std::min(at[1] + 1, size[1] - 1); ++y) {
        for (std::int64_t x = std::max<std::int64_t>(at[2] - 1, 0);
             x <= std::min(at[2] + 1, size[2] - 1); ++x) {
          const bool seen = std::abs(z - before[0]) <= 1 && std::abs(y - before[1]) <= 1 &&
                            std::abs(x - before[2]) <= 1;
          const std::int64_t here = z * slice + y * row + x;
          if (!seen && here != cell && improve(point, here, best)) nearest = here;
        }
      }
    }
    if (nearest == cell) return best;
    cell = nearest;
    before = at;
  }
}

SurfaceDistances subvoxel_surface_distances(const MaskPair& masks) {
  const SubvoxelSurface reference(masks.reference, masks.size, masks.spacing, masks.flat);
  const SubvoxelSurface prediction(masks.prediction, masks.size, masks.spacing, masks.flat);
  SurfaceDistances result;
  add_distances(reference, prediction, masks.spacing, result.from_reference, result.reference_area);
  add_distances(prediction, reference, masks.spacing, result.from_prediction,
                result.prediction_area);
  return result;
}

}  // namespace voxarena
