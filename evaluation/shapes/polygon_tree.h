// Finds the nearest points of a surface: a tree of bounding boxes over its polygons (bounding
// volume hierarchy, Clark 1976), eight to a node. Single precision tells which polygon is nearest,
// double precision how far it is.
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
  // Of up to kLanes points. 0 if all are known to be at `enough` or less.
  void nearest(const Point* points, std::int64_t count, Nearest* found, double enough = 0);

  // The polygons of the surface, neighbours mostly following each other.
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
    Lanes reach;             // squared distance that is known to be reached, and a little more
    Places place, triangle;  // the nearest: of the polygon in order_, of the surface
    std::array<float, 3> low, high;
  };
  // Holds the polygon: a cylinder around its centre.
  struct Cylinder {
    std::array<float, 3> centre, normal;
    float radius_squared, half_height;
    std::int32_t first_triangle, end_triangle;
  };
  struct Visit {
    std::int32_t level, node;  // level 0: leaves
    float squared;             // distance of its box
  };

  struct Kernels;

  void sort_polygons();
  void add_cylinders();
  void add_leaf_boxes();
  void add_level();
  bool search(Packet& packet, float enough);
  void visit_leaves(Packet& packet) const;

  const SubvoxelSurface& surface_;
  const FanTriangle* triangles_;
  std::vector<std::int32_t> order_;
  std::vector<Cylinder> cylinders_;
  std::vector<std::vector<Boxes>> levels_;  // boxes of the leaves first; last: one node
  std::vector<Visit> leaves_;               // that may hold the nearest polygons
  Places last_{};                           // nearest to the points before
  float slack_ = 0;                         // mm, by which bounds are widened: single precision
};

}  // namespace voxarena
