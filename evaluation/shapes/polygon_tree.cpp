#include "evaluation/shapes/polygon_tree.h"

#include <algorithm>

namespace voxarena {
namespace {

constexpr float kFar = 1e18F;  // its square is finite

struct Centre {
  std::array<float, 3> point;
  std::int32_t polygon;
};

// Halves again and again along the longest side of their box, in whole nodes of `node` polygons,
// then in those of the next level, which hold an eighth of that.
void split(Centre* centres, std::int64_t count, std::int64_t node) {
  while (count <= node) node /= 8;
  if (node < 8) return;
  std::array<float, 3> low = centres[0].point, high = low;
  for (std::int64_t i = 1; i < count; ++i) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const float place = centres[i].point[axis];
      low[axis] = place < low[axis] ? place : low[axis];
      high[axis] = place > high[axis] ? place : high[axis];
    }
  }
  std::size_t axis = 0;
  for (const std::size_t other : {1U, 2U})
    axis = high[other] - low[other] > high[axis] - low[axis] ? other : axis;
  const std::int64_t half = (count / 2 + node / 2) / node * node;
  const std::int64_t first = std::clamp(half, node, (count - 1) / node * node);
  std::nth_element(
      centres, centres + first, centres + count,
      [axis](const Centre& a, const Centre& b) { return a.point[axis] < b.point[axis]; });
  split(centres, first, node);
  split(centres + first, count - first, node);
}

}  // namespace

PolygonTree::PolygonTree(const SubvoxelSurface& surface)
    : surface_(surface), triangles_(surface.triangles(surface.polygons().front())) {
  sort_polygons();
  add_cylinders();
  add_leaf_boxes();
  while (levels_.back().size() > 1) add_level();
}

void PolygonTree::sort_polygons() {
  const std::vector<PolygonFan>& polygons = surface_.polygons();
  std::vector<Centre> centres(polygons.size());
  double largest = 0;
  for (std::size_t i = 0; i < centres.size(); ++i) {
    centres[i] = {to_single(polygons[i].centre), static_cast<std::int32_t>(i)};
    for (const double place : polygons[i].centre) largest = std::max(largest, place);
  }
  slack_ = static_cast<float>(1e-6 * largest);
  std::int64_t node = kLanes;
  while (node * kLanes < static_cast<std::int64_t>(centres.size())) node *= kLanes;
  split(centres.data(), static_cast<std::int64_t>(centres.size()), node);
  order_.resize(centres.size());
  std::transform(centres.begin(), centres.end(), order_.begin(),
                 [](const Centre& centre) { return centre.polygon; });
}

void PolygonTree::add_cylinders() {
  cylinders_.reserve(order_.size());
  for (const std::int32_t i : order_) {
    const PolygonFan& polygon = surface_.polygons()[static_cast<std::size_t>(i)];
    const float radius = static_cast<float>(polygon.radius) + slack_;
    cylinders_.push_back({to_single(polygon.centre), to_single(polygon.normal), radius * radius,
                          static_cast<float>(polygon.half_height) + slack_, polygon.first_triangle,
                          polygon.first_triangle + polygon.triangles});
  }
}

void PolygonTree::add_leaf_boxes() {
  const auto polygons = static_cast<std::int64_t>(order_.size());
  const std::int64_t count = (polygons + kLanes - 1) / kLanes;
  std::vector<Boxes>& level =
      levels_.emplace_back(static_cast<std::size_t>((count + kLanes - 1) / kLanes));
  for (std::int64_t leaf = 0; leaf < static_cast<std::int64_t>(level.size()) * kLanes; ++leaf) {
    std::array<float, 3> low = {kFar, kFar, kFar}, high = {-kFar, -kFar, -kFar};
    for (std::int64_t place = leaf * kLanes; place < std::min((leaf + 1) * kLanes, polygons);
         ++place) {
      const PolygonFan& polygon =
          surface_.polygons()[static_cast<std::size_t>(order_[static_cast<std::size_t>(place)])];
      const std::array<float, 3> to_low = to_single(polygon.centre + to_double(polygon.low)),
                                 to_high = to_single(polygon.centre + to_double(polygon.high));
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

}  // namespace voxarena
