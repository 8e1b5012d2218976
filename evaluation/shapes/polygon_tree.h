// Finds the nearest points of a surface: a tree of bounding boxes over its polygons (bounding volume
// hierarchy) along a space-filling curve (after Lauterbach et al. 2009, "Fast BVH construction on
// GPUs"). Single precision tells which polygon is nearest, double precision how far it is.
#pragma once

#include <cstdint>
#include <vector>

#include "evaluation/shapes/subvoxel_surface.h"

namespace voxarena {

class PolygonTree {
 public:
  // `surface` outlives this and has at least one element.
  explicit PolygonTree(const SubvoxelSurface& surface);

  // Points that are looked for together, and fastest if near to each other.
  static constexpr std::int64_t kLanes = 8;

  struct Nearest {
    double distance = 0;
    Point away{};       // from there to the point
    bool same = false;  // the point is the centre of a polygon of this surface, too
  };
  // Of up to kLanes points. Where it is `enough` or less, some distance up to that may be given.
  void nearest(const Point* points, std::int64_t count, Nearest* found, double enough = 0);

  // The elements of the surface along the curve.
  const std::vector<std::int32_t>& order() const { return order_; }

 private:
  using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));
  using Places = std::int32_t __attribute__((vector_size(kLanes * sizeof(std::int32_t))));
  struct LanePoints {
    Lanes z, y, x;
  };
  // Of eight nodes or leaves.
  struct alignas(sizeof(Lanes)) Boxes {
    LanePoints low, high;
  };
  struct alignas(sizeof(Lanes)) Packet {
    LanePoints points;
    Lanes reach;   // squared distance that is known to be reached, and a little more
    Places place;  // of the nearest polygon in order_
    std::array<float, 3> low, high;
  };
  // Holds the polygon: a cylinder around its centre.
  struct Cylinder {
    std::array<float, 3> centre, normal;
    float radius_squared, half_height;
  };
  struct Triangle {
    std::array<float, 3> corner;                  // seen from the centre
    float squared, with_next;                     // its products with itself and the next one
    float per_squared, per_side;                  // 1 / squared, 1 / squared side to the next one
    std::array<float, 3> normal;                  // of length 1
    float twice_area_squared;
  };
  struct Visit {
    std::int32_t level, node;  // level 0: leaves
    float squared;             // distance of its box
  };

  struct Kernels;

  void sort_elements();
  void add_polygons();
  void add_leaf_boxes();
  void add_level();
  void search(Packet& packet, float enough);
  void visit_leaf(std::int32_t leaf, Packet& packet) const;

  const SubvoxelSurface& surface_;
  std::vector<std::int32_t> order_;
  std::vector<Cylinder> cylinders_;
  std::vector<Triangle> triangles_;
  std::vector<std::int32_t> first_triangle_;
  std::vector<std::vector<Boxes>> levels_;  // boxes of the leaves first; last: one node
  std::vector<Visit> leaves_;               // that may hold the nearest polygons
  float slack_ = 0;                         // mm, by which bounds are widened: single precision
};

}  // namespace voxarena
