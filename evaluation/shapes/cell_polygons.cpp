#include "evaluation/shapes/cell_polygons.h"

#include <algorithm>
#include <utility>

namespace voxarena {
namespace {

using Segment = std::pair<CrossedEdge, CrossedEdge>;

bool inside(unsigned code, unsigned corner) { return (code >> (7 - corner) & 1U) != 0; }

CrossedEdge crossed_edge(unsigned code, unsigned a, unsigned b) {
  if (!inside(code, a)) std::swap(a, b);
  return {static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b)};
}

bool same(const CrossedEdge& a, const CrossedEdge& b) {
  return a.inside == b.inside && a.outside == b.outside;
}

void add_face(unsigned code, const std::array<unsigned, 4>& corners, std::vector<Segment>& out) {
  std::vector<CrossedEdge> crossed;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned a = corners[i], b = corners[(i + 1) % 4];
    if (inside(code, a) != inside(code, b)) crossed.push_back(crossed_edge(code, a, b));
  }
  if (crossed.size() == 2) out.emplace_back(crossed[0], crossed[1]);
  if (crossed.size() != 4) return;
  for (unsigned i = 0; i < 4; ++i) {
    if (!inside(code, corners[i])) continue;
    out.emplace_back(crossed_edge(code, corners[i], corners[(i + 3) % 4]),
                     crossed_edge(code, corners[i], corners[(i + 1) % 4]));
  }
}

std::vector<Segment> segments(unsigned code) {
  std::vector<Segment> found;
  for (unsigned axis = 0; axis < 3; ++axis) {
    const unsigned bit = 4U >> axis, u = 4U >> (axis + 1) % 3, v = 4U >> (axis + 2) % 3;
    for (const unsigned side : {0U, bit})
      add_face(code, {side, side | u, side | u | v, side | v}, found);
  }
  return found;
}

// Every crossed edge ends exactly two segments, one in each of its two faces.
std::vector<CellPolygon> join(std::vector<Segment> open) {
  std::vector<CellPolygon> polygons;
  while (!open.empty()) {
    CellPolygon polygon = {open.back().first};
    CrossedEdge end = open.back().second;
    open.pop_back();
    while (!same(end, polygon.front())) {
      polygon.push_back(end);
      const auto next = std::find_if(open.begin(), open.end(), [&](const Segment& segment) {
        return same(segment.first, end) || same(segment.second, end);
      });
      end = same(next->first, end) ? next->second : next->first;
      open.erase(next);
    }
    polygons.push_back(std::move(polygon));
  }
  return polygons;
}

}  // namespace

const std::array<std::vector<CellPolygon>, 256>& cell_polygons() {
  static const std::array<std::vector<CellPolygon>, 256> all = [] {
    std::array<std::vector<CellPolygon>, 256> polygons;
    for (unsigned code = 0; code < 256; ++code) polygons[code] = join(segments(code));
    return polygons;
  }();
  return all;
}

}  // namespace voxarena
