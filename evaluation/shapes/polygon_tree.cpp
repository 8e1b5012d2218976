#include "evaluation/shapes/polygon_tree.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace voxarena {
namespace {

constexpr float kFar = 1e18F;  // its square is finite
constexpr std::size_t kMostOpen = 128;

// The bits of a number of 10 bits, two zeros after each.
std::uint32_t spread_bits(std::uint32_t v) {
  v = (v | v << 16) & 0x030000FFU;
  v = (v | v << 8) & 0x0300F00FU;
  v = (v | v << 4) & 0x030C30C3U;
  return (v | v << 2) & 0x09249249U;
}

std::array<float, 3> single(const Point& point) {
  return {static_cast<float>(point[0]), static_cast<float>(point[1]), static_cast<float>(point[2])};
}

}  // namespace

PolygonTree::PolygonTree(const SubvoxelSurface& surface) : surface_(surface) {
  sort_elements();
  add_polygons();
  add_leaf_boxes();
  while (levels_.back().size() > 1) add_level();
}

void PolygonTree::sort_elements() {
  const auto& elements = surface_.elements();
  Point low = elements.front().centre, high = low;
  for (const auto& element : elements) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      low[axis] = std::min(low[axis], element.centre[axis]);
      high[axis] = std::max(high[axis], element.centre[axis]);
    }
  }
  double length = 0, largest = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    length = std::max(length, high[axis] - low[axis]);
    largest = std::max(largest, high[axis]);
  }
  slack_ = static_cast<float>(1e-6 * largest);
  order_.resize(elements.size());
  std::vector<std::uint64_t> keys(elements.size());
  const double scale = length > 0 ? 1023 / length : 0;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    std::uint32_t key = 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double place = (elements[i].centre[axis] - low[axis]) * scale;
      key = key << 1 | spread_bits(static_cast<std::uint32_t>(place));
    }
    keys[i] = std::uint64_t{key} << 32 | i;
  }
  std::sort(keys.begin(), keys.end());
  std::transform(keys.begin(), keys.end(), order_.begin(),
                 [](std::uint64_t key) { return static_cast<std::int32_t>(key & 0x7FFFFFFFU); });
}

void PolygonTree::add_polygons() {
  cylinders_.reserve(order_.size());
  first_triangle_.reserve(order_.size() + 1);
  triangles_.reserve(6 * order_.size());
  const auto inverse = [](double value) { return static_cast<float>(value > 1e-12 ? 1 / value : 0); };
  for (const std::int32_t i : order_) {
    const auto& element = surface_.elements()[static_cast<std::size_t>(i)];
    const float radius = static_cast<float>(element.radius) + slack_;
    cylinders_.push_back({single(element.centre), single(element.normal), radius * radius,
                          static_cast<float>(element.half_height) + slack_});
    first_triangle_.push_back(static_cast<std::int32_t>(triangles_.size()));
    for (std::int32_t c = 0; c <= element.corners; ++c) {
      const Point u = surface_.corner(element, c < element.corners ? c : 0);
      const Point v = surface_.corner(element, c + 1 < element.corners ? c + 1 : 0);
      const Point side = v - u, twice = cross(u, v);
      const double uu = dot(u, u), area = dot(twice, twice), scale = area > 0 ? 1 / std::sqrt(area) : 0;
      triangles_.push_back({single(u), static_cast<float>(uu), static_cast<float>(dot(u, v)), inverse(uu), inverse(dot(side, side)),
                            single({twice[0] * scale, twice[1] * scale, twice[2] * scale}), static_cast<float>(area)});
    }
  }
  first_triangle_.push_back(static_cast<std::int32_t>(triangles_.size()));
}

void PolygonTree::add_leaf_boxes() {
  const auto polygons = static_cast<std::int64_t>(order_.size());
  const std::int64_t count = (polygons + kLanes - 1) / kLanes;
  std::vector<Boxes>& level = levels_.emplace_back(static_cast<std::size_t>((count + kLanes - 1) / kLanes));
  for (std::int64_t leaf = 0; leaf < static_cast<std::int64_t>(level.size()) * kLanes; ++leaf) {
    std::array<float, 3> low = {kFar, kFar, kFar}, high = {-kFar, -kFar, -kFar};
    for (std::int64_t place = leaf * kLanes; place < std::min((leaf + 1) * kLanes, polygons); ++place) {
      const auto& element =
          surface_.elements()[static_cast<std::size_t>(order_[static_cast<std::size_t>(place)])];
      const std::array<float, 3> to_low = single(element.centre + element.low), to_high = single(element.centre + element.high);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        low[axis] = std::min(low[axis], to_low[axis] - slack_);
        high[axis] = std::max(high[axis], to_high[axis] + slack_);
      }
    }
    Boxes& boxes = level[static_cast<std::size_t>(leaf / kLanes)];
    const std::int64_t lane = leaf % kLanes;
    boxes.low.z[lane] = low[0], boxes.low.y[lane] = low[1], boxes.low.x[lane] = low[2];
    boxes.high.z[lane] = high[0], boxes.high.y[lane] = high[1], boxes.high.x[lane] = high[2];
  }
}

void PolygonTree::add_level() {
  const auto least = [](const Lanes& lanes) {
    float value = lanes[0];
    for (std::int64_t i = 1; i < kLanes; ++i) value = std::min(value, lanes[i]);
    return value;
  };
  const auto most = [&](const Lanes& lanes) { return -least(-lanes); };
  const std::vector<Boxes>& below = levels_.back();
  const auto nodes = static_cast<std::int64_t>(below.size());
  std::vector<Boxes> level(static_cast<std::size_t>((nodes + kLanes - 1) / kLanes));
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(level.size()) * kLanes; ++i) {
    Boxes& to = level[static_cast<std::size_t>(i / kLanes)];
    const Boxes* from = i < nodes ? &below[static_cast<std::size_t>(i)] : nullptr;
    const std::int64_t lane = i % kLanes;
    to.low.z[lane] = from ? least(from->low.z) : kFar;
    to.low.y[lane] = from ? least(from->low.y) : kFar;
    to.low.x[lane] = from ? least(from->low.x) : kFar;
    to.high.z[lane] = from ? most(from->high.z) : -kFar;
    to.high.y[lane] = from ? most(from->high.y) : -kFar;
    to.high.x[lane] = from ? most(from->high.x) : -kFar;
  }
  levels_.push_back(std::move(level));
}

struct PolygonTree::Kernels {
  __attribute__((always_inline)) static void distances(const Packet& packet, const Boxes& boxes, std::int64_t lane, Lanes& squared) {
    const Lanes nothing = {};
    LanePoints gap = {boxes.low.z[lane] - packet.points.z, boxes.low.y[lane] - packet.points.y, boxes.low.x[lane] - packet.points.x};
    const LanePoints other = {packet.points.z - boxes.high.z[lane], packet.points.y - boxes.high.y[lane], packet.points.x - boxes.high.x[lane]};
    gap.z = gap.z > other.z ? gap.z : other.z;
    gap.y = gap.y > other.y ? gap.y : other.y;
    gap.x = gap.x > other.x ? gap.x : other.x;
    gap.z = gap.z > nothing ? gap.z : nothing;
    gap.y = gap.y > nothing ? gap.y : nothing;
    gap.x = gap.x > nothing ? gap.x : nothing;
    squared = gap.z * gap.z + gap.y * gap.y + gap.x * gap.x;
  }
  __attribute__((always_inline)) static bool any(const Places& mask) {
    std::int64_t parts[4];
    std::memcpy(parts, &mask, sizeof parts);
    return (parts[0] | parts[1] | parts[2] | parts[3]) != 0;
  }
};

#ifdef STATS
long n_query, n_node, n_leaf, n_exact, n_improved;
#define COUNT(x) ++x
#else
#define COUNT(x)
#endif

// The leaves that may hold a nearest polygon; the centres of their polygons tell how far it is at most.
__attribute__((target_clones("avx2", "default"))) void PolygonTree::search(Packet& packet,
                                                                           float enough) {
  const Lanes nothing = {};
  float farthest = std::numeric_limits<float>::infinity();
  packet.reach = nothing + farthest;
  leaves_.clear();
  Visit open[kMostOpen];
  std::size_t count = 0;
  open[count++] = {static_cast<std::int32_t>(levels_.size()), 0, 0};
  while (count > 0) {
    const Visit visit = open[--count];
    if (visit.squared > farthest) continue;
    if (visit.level == 0) {
      Lanes distances;
      Kernels::distances(packet, levels_[0][static_cast<std::size_t>(visit.node) / kLanes], visit.node % kLanes, distances);
      if (!Kernels::any(distances <= packet.reach)) continue;
      COUNT(n_leaf);
      leaves_.push_back(visit);
      const std::size_t first = static_cast<std::size_t>(visit.node) * kLanes;
      for (std::size_t i = first; i < std::min(first + kLanes, order_.size()); ++i) {
        const std::array<float, 3>& centre = cylinders_[i].centre;
        const Lanes z = packet.points.z - centre[0], y = packet.points.y - centre[1],
                    x = packet.points.x - centre[2];
        const Lanes squared = z * z + y * y + x * x;
        packet.reach = squared < packet.reach ? squared : packet.reach;
      }
      float reach = packet.reach[0];
      for (std::int64_t i = 1; i < kLanes; ++i) reach = std::max(reach, packet.reach[i]);
      farthest = reach * (1 + 1e-5F) + slack_ * slack_;
      if (farthest <= enough) return;
      continue;
    }
    COUNT(n_node);
    const Boxes& boxes = levels_[static_cast<std::size_t>(visit.level - 1)][static_cast<std::size_t>(visit.node)];
    LanePoints gap = {boxes.low.z - packet.high[0], boxes.low.y - packet.high[1], boxes.low.x - packet.high[2]};
    const LanePoints other = {packet.low[0] - boxes.high.z, packet.low[1] - boxes.high.y, packet.low[2] - boxes.high.x};
    gap.z = gap.z > other.z ? gap.z : other.z;
    gap.y = gap.y > other.y ? gap.y : other.y;
    gap.x = gap.x > other.x ? gap.x : other.x;
    gap.z = gap.z > nothing ? gap.z : nothing;
    gap.y = gap.y > nothing ? gap.y : nothing;
    gap.x = gap.x > nothing ? gap.x : nothing;
    const Lanes squared = gap.z * gap.z + gap.y * gap.y + gap.x * gap.x;
    // The nearest last, to be seen first.
    const std::size_t first = count;
    for (std::int32_t i = 0; i < kLanes; ++i) {
      if (squared[i] > farthest) continue;
      std::size_t at = count++;
      for (; at > first && open[at - 1].squared < squared[i]; --at) open[at] = open[at - 1];
      open[at] = {visit.level - 1, static_cast<std::int32_t>(visit.node * kLanes + i), squared[i]};
    }
  }
}

__attribute__((target_clones("avx2", "default"))) void PolygonTree::visit_leaf(
    std::int32_t leaf, Packet& packet) const {
  const Lanes nothing = {}, one = nothing + 1;
  const std::size_t first = static_cast<std::size_t>(leaf) * kLanes;
  Lanes distances;
  Kernels::distances(packet, levels_[0][static_cast<std::size_t>(leaf) / kLanes], leaf % kLanes, distances);
  if (!Kernels::any(distances <= packet.reach)) return;
  COUNT(n_improved);
  for (std::size_t i = first; i < std::min(first + kLanes, order_.size()); ++i) {
    const Cylinder& cylinder = cylinders_[i];
    const Lanes z = packet.points.z - cylinder.centre[0], y = packet.points.y - cylinder.centre[1],
                x = packet.points.x - cylinder.centre[2];
    Lanes height = z * cylinder.normal[0] + y * cylinder.normal[1] + x * cylinder.normal[2];
    height = height > nothing ? height : -height;
    Lanes above = height - cylinder.half_height;
    above = above > nothing ? above : nothing;
    const Lanes whole = z * z + y * y + x * x;
    const Lanes limit = packet.reach - above * above;
    const Lanes aside = whole * (1 - 4e-6F) - height * height;
    // (radius + sqrt(limit))² <= (1 + k) radius² + (1 + 1 / k) limit for all k
    const float r = cylinder.radius_squared;
    Lanes bound = 2 * r + 2 * limit;
    const Lanes flat = 1.25F * r + 5 * limit;
    bound = flat < bound ? flat : bound;
    const auto near = (limit >= nothing) & (aside <= bound);
    if (!Kernels::any(near)) continue;
    COUNT(n_exact);
    Lanes best = whole;
    const Triangle* u = &triangles_[static_cast<std::size_t>(first_triangle_[i])];
    const Triangle* end = &triangles_[static_cast<std::size_t>(first_triangle_[i + 1])] - 1;
    Lanes pu = z * u->corner[0] + y * u->corner[1] + x * u->corner[2];
    for (; u != end; ++u) {
      const Triangle* v = u + 1;
      const Lanes pv = z * v->corner[0] + y * v->corner[1] + x * v->corner[2];
      Lanes s = pu * u->per_squared;
      s = s > nothing ? s : nothing;
      s = s < one ? s : one;
      const Lanes az = z - s * u->corner[0], ay = y - s * u->corner[1], ax = x - s * u->corner[2];
      const Lanes a = az * az + ay * ay + ax * ax;
      best = a < best ? a : best;
      const float ez = v->corner[0] - u->corner[0], ey = v->corner[1] - u->corner[1],
                  ex = v->corner[2] - u->corner[2];
      Lanes t = (pv - pu + (u->squared - u->with_next)) * u->per_side;
      t = t > nothing ? t : nothing;
      t = t < one ? t : one;
      const Lanes bz = z - u->corner[0] - t * ez, by = y - u->corner[1] - t * ey,
                  bx = x - u->corner[2] - t * ex;
      const Lanes b = bz * bz + by * by + bx * bx;
      best = b < best ? b : best;
      const Lanes of_v = pv * u->squared - pu * u->with_next;
      const Lanes of_u = pu * v->squared - pv * u->with_next;
      const Lanes h = z * u->normal[0] + y * u->normal[1] + x * u->normal[2];
      const Lanes hh = h * h;
      const auto inside = (of_v > nothing) & (of_u > nothing) & (of_u + of_v < u->twice_area_squared) & (hh < best);
      best = inside ? hh : best;
      pu = pv;
    }
    const auto nearer = best < packet.reach;
    packet.reach = nearer ? best : packet.reach;
    packet.place = nearer ? Places{} + static_cast<std::int32_t>(i) : packet.place;
  }
}

void PolygonTree::nearest(const Point* points, std::int64_t count, Nearest* found, double enough) {
  COUNT(n_query);
  Packet packet;
  packet.low = packet.high = single(points[0]);
  for (std::int64_t i = 0; i < kLanes; ++i) {
    const std::array<float, 3> point = single(points[std::min(i, count - 1)]);
    packet.points.z[i] = point[0];
    packet.points.y[i] = point[1];
    packet.points.x[i] = point[2];
    packet.place[i] = -1;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      packet.low[axis] = std::min(packet.low[axis], point[axis]);
      packet.high[axis] = std::max(packet.high[axis], point[axis]);
    }
  }
  search(packet, static_cast<float>(enough * enough));
  packet.reach = packet.reach * (1 + 1e-5F) + slack_ * slack_;
  for (const Visit& visit : leaves_) {
    float reach = packet.reach[0];
    for (std::int64_t i = 1; i < kLanes; ++i) reach = std::max(reach, packet.reach[i]);
    if (visit.squared > reach * (1 + 1e-5F) + slack_ * slack_) continue;
    visit_leaf(visit.node, packet);
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const std::size_t place = static_cast<std::size_t>(packet.place[i]);
    const auto& element = surface_.elements()[static_cast<std::size_t>(order_[place])];
    const Point from_centre = points[i] - element.centre;
    if (from_centre == Point{}) {
      found[i] = {.distance = 0, .away = {}, .same = true};
      continue;
    }
    const Point away = away_from_fan(surface_.corners(element), fan_row(static_cast<std::size_t>(element.corners)), from_centre);
    found[i] = {.distance = std::sqrt(dot(away, away)), .away = away, .same = false};
  }
}

}  // namespace voxarena
