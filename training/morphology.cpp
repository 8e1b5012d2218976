#include "training/morphology.h"

#include <algorithm>

namespace voxarena {
namespace {

struct MaskRun {
  std::int64_t first = 0, last = 0;  // x, both included
};

// Runs of ones, row by row.
std::vector<std::vector<MaskRun>> find_runs(const Mask& mask, const Extent& size) {
  std::vector<std::vector<MaskRun>> rows(static_cast<std::size_t>(size[0] * size[1]));
  const std::uint8_t* m = mask.data();
  for (auto& runs : rows) {
    for (std::int64_t x = 0; x < size[2]; ++x) {
      if (m[x] == 0) continue;
      const std::int64_t first = x;
      while (x + 1 < size[2] && m[x + 1] != 0) ++x;
      runs.push_back({first, x});
    }
    m += size[2];
  }
  return rows;
}

// A voxel is set where the ball around it meets the mask: every run, widened by a span of the ball,
// is added to the row's list of steps up and down.
Mask dilate(const Mask& mask, const Extent& size, const Ball& ball) {
  const std::vector<std::vector<MaskRun>> rows = find_runs(mask, size);
  Mask out(mask.size());
  std::vector<std::int32_t> steps(static_cast<std::size_t>(size[2] + 1));
  for (std::int64_t z = 0; z < size[0]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      std::ranges::fill(steps, 0);
      for (const Ball::Span& span : ball.rows) {
        const std::int64_t from_z = z + span.z, from_y = y + span.y;
        if (from_z < 0 || from_z >= size[0] || from_y < 0 || from_y >= size[1]) continue;
        for (const MaskRun& run : rows[static_cast<std::size_t>(from_z * size[1] + from_y)]) {
          const std::int64_t first = std::max<std::int64_t>(run.first - span.last, 0);
          const std::int64_t end = std::min(run.last - span.first + 1, size[2]);
          if (first >= end) continue;
          ++steps[static_cast<std::size_t>(first)];
          --steps[static_cast<std::size_t>(end)];
        }
      }
      std::uint8_t* line = out.data() + (z * size[1] + y) * size[2];
      std::int32_t covered = 0;
      for (std::int64_t x = 0; x < size[2]; ++x) {
        covered += steps[static_cast<std::size_t>(x)];
        line[x] = covered > 0 ? 1 : 0;
      }
    }
  }
  return out;
}

Mask inverted(Mask mask) {
  for (std::uint8_t& voxel : mask) voxel = voxel == 0 ? 1 : 0;
  return mask;
}

Mask erode(const Mask& mask, const Extent& size, const Ball& ball) {
  return inverted(dilate(inverted(mask), size, ball));
}

}  // namespace

Ball make_ball(double radius) {
  // An even number of points has no centre: the kernel lies half a voxel to the upper side.
  const auto points = static_cast<std::int64_t>(2 * radius + 1);
  const std::int64_t centre = (points - 1) / 2;
  const double step = points > 1 ? 2 * radius / static_cast<double>(points - 1) : 0;
  const auto squared = [&](std::int64_t i) {
    const double at = static_cast<double>(i) * step - radius;
    return at * at;
  };
  Ball ball;
  for (std::int64_t z = 0; z < points; ++z) {
    for (std::int64_t y = 0; y < points; ++y) {
      Ball::Span span{z - centre, y - centre, points, -1};
      for (std::int64_t x = 0; x < points; ++x) {
        if (squared(x) + squared(y) + squared(z) > radius * radius) continue;
        span.first = std::min(span.first, x);
        span.last = x;
      }
      if (span.last < 0) continue;
      span.first -= centre;
      span.last -= centre;
      ball.rows.push_back(span);
    }
  }
  return ball;
}

Mask apply(BinaryOperator what, const Mask& mask, const Extent& size, const Ball& ball) {
  switch (what) {
    case BinaryOperator::dilation: return dilate(mask, size, ball);
    case BinaryOperator::erosion: return erode(mask, size, ball);
    case BinaryOperator::closing: return erode(dilate(mask, size, ball), size, ball);
    case BinaryOperator::opening: return dilate(erode(mask, size, ball), size, ball);
  }
  return mask;
}

}  // namespace voxarena
