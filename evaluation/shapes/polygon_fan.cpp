#include "evaluation/shapes/polygon_fan.h"

#include <cstring>
#include <limits>

namespace voxarena {
namespace {

// One triangle a lane.
using FanLanes = double __attribute__((vector_size(kFanLanes * sizeof(double))));

struct LanePoints {
  FanLanes z, y, x;
};

constexpr double kTiny = std::numeric_limits<double>::min();

}  // namespace

// Ericson, Real-Time Collision Detection (2005), 5.1.5, without branches: the nearest of the points
// of the side at the centre (of which each triangle has one of its own), of the outer side and, if
// the point lies above the triangle, of its plane. No fused operations: results are the same on
// every machine.
__attribute__((target_clones("avx2", "default"))) Point away_from_fan(const double* corners,
                                                                      std::size_t row,
                                                                      const Point& point) {
  const double pz = point[0], py = point[1], px = point[2];
  const FanLanes nothing = {}, one = nothing + 1, tiny = nothing + kTiny;
  const FanLanes infinite = nothing + std::numeric_limits<double>::infinity();
  FanLanes best = infinite;
  LanePoints away{};
  for (std::size_t first = 0; first + 1 < row; first += kFanLanes) {
    LanePoints u, v;
    const double *z = corners + first, *y = z + row, *x = y + row;
    std::memcpy(&u.z, z, sizeof u.z), std::memcpy(&v.z, z + 1, sizeof v.z);
    std::memcpy(&u.y, y, sizeof u.y), std::memcpy(&v.y, y + 1, sizeof v.y);
    std::memcpy(&u.x, x, sizeof u.x), std::memcpy(&v.x, x + 1, sizeof v.x);
    const FanLanes uu = u.z * u.z + u.y * u.y + u.x * u.x;
    const FanLanes uv = u.z * v.z + u.y * v.y + u.x * v.x;
    const FanLanes vv = v.z * v.z + v.y * v.y + v.x * v.x;
    const FanLanes pu = pz * u.z + py * u.y + px * u.x, pv = pz * v.z + py * v.y + px * v.x;

    FanLanes s = pu / (uu > tiny ? uu : tiny);
    s = s > nothing ? s : nothing;
    s = s < one ? s : one;
    const LanePoints a = {pz - s * u.z, py - s * u.y, px - s * u.x};
    const FanLanes from_inner = a.z * a.z + a.y * a.y + a.x * a.x;

    const LanePoints side = {v.z - u.z, v.y - u.y, v.x - u.x};
    const FanLanes length = side.z * side.z + side.y * side.y + side.x * side.x;
    FanLanes t = (pv - pu - uv + uu) / (length > tiny ? length : tiny);
    t = t > nothing ? t : nothing;
    t = t < one ? t : one;
    const LanePoints b = {pz - u.z - t * side.z, py - u.y - t * side.y, px - u.x - t * side.x};
    const FanLanes from_outer = b.z * b.z + b.y * b.y + b.x * b.x;

    const FanLanes d3 = pu - uu, d4 = pv - uv, d5 = pu - uv, d6 = pv - vv;
    const FanLanes of_v = pu * d4 - d3 * pv, of_u = d5 * pv - pu * d6;
    const FanLanes of_centre = d3 * d6 - d5 * d4;
    const FanLanes sum = of_centre + of_u + of_v;
    const FanLanes scale = 1 / (sum > tiny ? sum : tiny), f = of_u * scale, g = of_v * scale;
    const LanePoints c = {pz - f * u.z - g * v.z, py - f * u.y - g * v.y, px - f * u.x - g * v.x};
    const auto above = (of_u > nothing) & (of_v > nothing) & (of_centre > nothing);
    const FanLanes from_plane = above ? c.z * c.z + c.y * c.y + c.x * c.x : infinite;

    const auto keep = [&](const FanLanes& squared, const LanePoints& found)
                          __attribute__((always_inline)) {
      const auto nearer = squared < best;
      best = nearer ? squared : best;
      away.z = nearer ? found.z : away.z;
      away.y = nearer ? found.y : away.y;
      away.x = nearer ? found.x : away.x;
    };
    keep(from_inner, a);
    keep(from_outer, b);
    keep(from_plane, c);
  }
  std::size_t at = 0;
  for (std::size_t i = 1; i < kFanLanes; ++i) at = best[i] < best[at] ? i : at;
  return {away.z[at], away.y[at], away.x[at]};
}

}  // namespace voxarena
