#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "evaluation/shapes/polygon_tree.h"

namespace voxarena {
namespace {

// Each node on the way down leaves at most seven others open.
constexpr std::size_t kMostOpen = 128;

}  // namespace

// Eight points or boxes at once. No fused operations: results are the same on every machine.
struct PolygonTree::Kernels {
  [[gnu::always_inline]] static void gaps(const LanePoints& low, const LanePoints& high,
                                          Lanes& squared) {
    const Lanes nothing = {};
    LanePoints gap = {low.z > high.z ? low.z : high.z, low.y > high.y ? low.y : high.y,
                      low.x > high.x ? low.x : high.x};
    gap.z = gap.z > nothing ? gap.z : nothing;
    gap.y = gap.y > nothing ? gap.y : nothing;
    gap.x = gap.x > nothing ? gap.x : nothing;
    squared = gap.z * gap.z + gap.y * gap.y + gap.x * gap.x;
  }
  [[gnu::always_inline]] static bool any(const Places& mask) {
    std::int64_t parts[4];
    std::memcpy(parts, &mask, sizeof parts);
    return ((parts[0] | parts[1]) | (parts[2] | parts[3])) != 0;
  }
  // Whether one of the points may be nearer to what is in a leaf's box than to anything else.
  [[gnu::always_inline]] static bool near_leaf(const Packet& packet, const Boxes& boxes,
                                               std::int64_t lane) {
    const LanePoints& p = packet.points;
    Lanes squared;
    gaps({boxes.low.z[lane] - p.z, boxes.low.y[lane] - p.y, boxes.low.x[lane] - p.x},
         {p.z - boxes.high.z[lane], p.y - boxes.high.y[lane], p.x - boxes.high.x[lane]}, squared);
    return any(squared <= packet.reach);
  }
  // No polygon is farther than its centre.
  [[gnu::always_inline]] static void reach_centre(const Cylinder& cylinder, Packet& packet) {
    const std::array<float, 3>& centre = cylinder.centre;
    const Lanes z = packet.points.z - centre[0], y = packet.points.y - centre[1],
                x = packet.points.x - centre[2];
    const Lanes squared = z * z + y * y + x * x;
    packet.reach = squared < packet.reach ? squared : packet.reach;
  }
  [[gnu::always_inline]] static float farthest(const Packet& packet) {
    float farthest = packet.reach[0];
    for (std::int64_t i = 1; i < kLanes; ++i)
      farthest = packet.reach[i] > farthest ? packet.reach[i] : farthest;
    return farthest;
  }
  // Whether triangles `first` to `end` hold a point that is nearer than any before.
  [[gnu::always_inline]] static void to_fan(const FanTriangle* triangles, std::int32_t first,
                                            std::int32_t end, const LanePoints& p, Packet& packet) {
    const Lanes nothing = {}, one = nothing + 1;
    const FanTriangle* u = triangles + first;
    Lanes pu = p.z * u->corner[0] + p.y * u->corner[1] + p.x * u->corner[2];
    for (std::int32_t i = first; i < end; ++i, ++u) {
      const FanTriangle* v = u + 1;
      const Lanes pv = p.z * v->corner[0] + p.y * v->corner[1] + p.x * v->corner[2];
      // The side at the centre.
      Lanes s = pu * u->per_squared;
      s = s > nothing ? s : nothing;
      s = s < one ? s : one;
      const LanePoints a = {p.z - s * u->corner[0], p.y - s * u->corner[1], p.x - s * u->corner[2]};
      const Lanes inner = a.z * a.z + a.y * a.y + a.x * a.x;
      // The outer side.
      Lanes t = (pv - pu + u->from_side) * u->per_side;
      t = t > nothing ? t : nothing;
      t = t < one ? t : one;
      const LanePoints b = {p.z - u->corner[0] - t * u->side[0],
                            p.y - u->corner[1] - t * u->side[1],
                            p.x - u->corner[2] - t * u->side[2]};
      const Lanes outer = b.z * b.z + b.y * b.y + b.x * b.x;
      Lanes squared = inner < outer ? inner : outer;
      // Inside, if its barycentric coordinates are positive.
      const Lanes of_v = pv * u->squared - pu * u->with_next;
      const Lanes of_u = pu * v->squared - pv * u->with_next;
      const Lanes of_centre = u->twice_area_squared - of_u - of_v;
      Lanes least = of_v < of_u ? of_v : of_u;
      least = least < of_centre ? least : of_centre;
      const Lanes h = p.z * u->normal[0] + p.y * u->normal[1] + p.x * u->normal[2];
      squared = least > nothing ? h * h : squared;
      const auto nearer = squared < packet.reach;
      packet.reach = nearer ? squared : packet.reach;
      packet.triangle = nearer ? Places{} + i : packet.triangle;
      pu = pv;
    }
  }
};

// Collects the leaves that may hold a nearest polygon.
__attribute__((target_clones("avx2", "default"))) bool PolygonTree::search(Packet& packet,
                                                                           float enough) {
  packet.reach = Lanes{} + std::numeric_limits<float>::infinity();
  for (std::int64_t i = 0; i < kLanes; ++i)
    Kernels::reach_centre(cylinders_[static_cast<std::size_t>(last_[i])], packet);
  float farthest = Kernels::farthest(packet) * (1 + 1e-5F) + slack_ * slack_;
  leaves_.clear();
  Visit open[kMostOpen];
  std::size_t count = 0;
  open[count++] = {static_cast<std::int32_t>(levels_.size()), 0, 0};
  while (count > 0) {
    const Visit visit = open[--count];
    if (visit.squared > farthest) continue;
    if (visit.level > 0) {
      const Boxes& boxes =
          levels_[static_cast<std::size_t>(visit.level - 1)][static_cast<std::size_t>(visit.node)];
      Lanes squared;
      Kernels::gaps({boxes.low.z - packet.high[0], boxes.low.y - packet.high[1],
                     boxes.low.x - packet.high[2]},
                    {packet.low[0] - boxes.high.z, packet.low[1] - boxes.high.y,
                     packet.low[2] - boxes.high.x},
                    squared);
      for (std::int32_t i = 0; i < kLanes; ++i) {
        open[count] = {visit.level - 1, static_cast<std::int32_t>(visit.node * kLanes + i),
                       squared[i]};
        count += squared[i] <= farthest ? 1 : 0;
      }
      continue;
    }
    const auto leaf = static_cast<std::size_t>(visit.node);
    if (!Kernels::near_leaf(packet, levels_[0][leaf / kLanes], visit.node % kLanes)) continue;
    leaves_.push_back(visit);
    const std::size_t end = std::min((leaf + 1) * kLanes, cylinders_.size());
    for (std::size_t i = leaf * kLanes; i < end; ++i) Kernels::reach_centre(cylinders_[i], packet);
    farthest = Kernels::farthest(packet) * (1 + 1e-5F) + slack_ * slack_;
    if (farthest <= enough) return false;
  }
  return true;
}

__attribute__((target_clones("avx2", "default"))) void PolygonTree::visit_leaves(
    Packet& packet) const {
  const Lanes nothing = {};
  const FanTriangle* triangles = triangles_;
  for (const Visit& visit : leaves_) {
    const auto leaf = static_cast<std::size_t>(visit.node);
    if (!Kernels::near_leaf(packet, levels_[0][leaf / kLanes], visit.node % kLanes)) continue;
    const std::size_t end = std::min((leaf + 1) * kLanes, cylinders_.size());
    for (std::size_t i = leaf * kLanes; i < end; ++i) {
      const Cylinder& cylinder = cylinders_[i];
      const LanePoints p = {packet.points.z - cylinder.centre[0],
                            packet.points.y - cylinder.centre[1],
                            packet.points.x - cylinder.centre[2]};
      const Lanes height =
          p.z * cylinder.normal[0] + p.y * cylinder.normal[1] + p.x * cylinder.normal[2];
      Lanes above = (height > nothing ? height : -height) - cylinder.half_height;
      above = above > nothing ? above : nothing;
      const Lanes whole = p.z * p.z + p.y * p.y + p.x * p.x;
      const Lanes limit = packet.reach - above * above;
      const Lanes aside = whole * (1 - 4e-6F) - height * height;
      // (radius + sqrt(limit))² <= (1 + k) radius² + (1 + 1 / k) limit for all k
      const Lanes even = 2 * (cylinder.radius_squared + limit);
      const Lanes flat = 1.25F * cylinder.radius_squared + 5 * limit;
      if (!Kernels::any((limit >= nothing) & (aside <= even) & (aside <= flat))) continue;
      const Lanes before = packet.reach;
      Kernels::to_fan(triangles, cylinder.first_triangle, cylinder.end_triangle, p, packet);
      packet.place = packet.reach < before ? Places{} + static_cast<std::int32_t>(i) : packet.place;
    }
  }
}

void PolygonTree::nearest(const Point* points, std::int64_t count, Nearest* found, double enough) {
  Packet packet;
  packet.low = packet.high = to_single(points[0]);
  for (std::int64_t i = 0; i < kLanes; ++i) {
    const std::array<float, 3> point = to_single(points[std::min(i, count - 1)]);
    packet.points.z[i] = point[0];
    packet.points.y[i] = point[1];
    packet.points.x[i] = point[2];
    for (std::size_t axis = 0; axis < 3; ++axis) {
      packet.low[axis] = std::min(packet.low[axis], point[axis]);
      packet.high[axis] = std::max(packet.high[axis], point[axis]);
    }
  }
  if (!search(packet, static_cast<float>(enough * enough))) {
    std::fill(found, found + count, Nearest{});
    return;
  }
  packet.reach = packet.reach * (1 + 1e-5F) + slack_ * slack_;
  visit_leaves(packet);
  last_ = packet.place;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto place = static_cast<std::size_t>(packet.place[i]);
    const PolygonFan& polygon = surface_.polygons()[static_cast<std::size_t>(order_[place])];
    const Point p = points[i] - polygon.centre;
    if (p == Point{}) {
      found[i] = {.distance = 0, .away = {}, .same = true};
      continue;
    }
    const FanTriangle* triangle = triangles_ + packet.triangle[i];
    const Point u = to_double(triangle[0].corner), v = to_double(triangle[1].corner);
    const Point away =
        away_from_triangle(p, dot(p, u), dot(p, v), {u, v, dot(u, u), dot(u, v), dot(v, v)});
    found[i] = {.distance = std::sqrt(dot(away, away)), .away = away, .same = false};
  }
}

}  // namespace voxarena
