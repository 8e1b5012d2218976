#include "evaluation/shapes/crossings.h"

#include <algorithm>
#include <cmath>

#include "evaluation/shapes/mask_smoothing.h"

namespace voxarena {
namespace {

// How far the smoothed value of a voxel is kept on its side of one half.
constexpr float kMargin = 0.02F;
// Beyond this the smoothed mask denies the voxel: a corner, a tip, a speck. The middle is taken.
constexpr float kDenial = 0.09F;
// So little off the middle, the surface is flat as far as smoothing reaches.
constexpr float kFlat = 1e-3F;
// Voxels of the flat runs that make an edge sharp.
constexpr std::int64_t kRun = 3;

// How far a face goes on from one of its voxels in one direction.
struct FaceEnd {
  std::int64_t run = 0;
  bool sharp = false;   // a wall of kRun voxels begins, upwards or downwards
  bool ragged = false;  // anything else ends it
};

// `inside` points at the voxel under the face, `inside[up]` at the one above.
FaceEnd face_end(const std::uint8_t* inside, std::int64_t up, std::int64_t along,
                 std::int64_t reach) {
  for (std::int64_t k = 1; k <= reach; ++k) {
    const std::uint8_t* here = inside + k * along;
    if (here[0] != 0 && here[up] == 0) continue;
    // Down: full voxels on this side, empty ones beyond. Up: the other way round, above the face.
    const bool down = here[0] == 0;
    if (down && here[up] != 0) return {k - 1, false, true};
    const std::uint8_t* wall = down ? here : here + up;
    const std::int64_t onward = down ? -up : up;
    for (std::int64_t j = 0; j < kRun; ++j) {
      const bool beyond = wall[j * onward] != 0;
      // The first of the two that is no wall ends the loop within the margin of the mask.
      if (beyond == down) return {k - 1, false, true};
      if ((wall[j * onward - along] != 0) != down) return {k - 1, false, true};
    }
    return {k - 1, true, false};
  }
  return {reach, false, false};
}

}  // namespace

Crossings::Crossings(const std::vector<std::uint8_t>& mask, const Extent& size,
                     const Spacing& spacing, bool flat)
    : mask_(mask.data()),
      widths_(smoothing_widths(spacing, flat)),
      smooth_(smooth_mask(mask, size, widths_)),
      stride_{flat ? 0 : size[1] * size[2], size[2], 1} {}

std::int64_t Crossings::offset(std::uint8_t corner) const {
  return (corner >> 2 & 1) * stride_[0] + (corner >> 1 & 1) * stride_[1] +
         (corner & 1) * stride_[2];
}

bool Crossings::on_face(std::int64_t inside, std::int64_t step) const {
  std::array<FaceEnd, 4> ends;
  std::array<std::int64_t, 2> across{};
  std::size_t axes = 0;
  bool sharp = false;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t along = stride_[axis], reach = 2 * widths_[axis];
    if (along == 0 || along == std::abs(step)) continue;
    FaceEnd& left = ends[2 * axes];
    FaceEnd& right = ends[2 * axes + 1];
    left = face_end(mask_ + inside, step, -along, reach);
    if (left.ragged) return false;
    right = face_end(mask_ + inside, step, along, reach);
    if (right.ragged || left.run + 1 + right.run < kRun) return false;
    sharp = sharp || left.sharp || right.sharp;
    across[axes++] = along;
  }
  if (!sharp) return false;
  if (axes == 1) return true;
  for (std::int64_t v = -ends[2].run; v <= ends[3].run; ++v) {
    for (std::int64_t u = -ends[0].run; u <= ends[1].run; ++u) {
      const std::int64_t here = inside + u * across[0] + v * across[1];
      if (mask_[here] == 0 || mask_[here + step] != 0) return false;
    }
  }
  return true;
}

Crossing Crossings::at(std::int64_t voxel, const CrossedEdge& edge) const {
  const std::int64_t inside = voxel + offset(edge.inside);
  const std::int64_t step = offset(edge.outside) - offset(edge.inside);
  const std::int64_t outside = inside + step;
  const std::int64_t beyond = outside + step;
  const bool in_mask = beyond >= 0 && beyond < static_cast<std::int64_t>(smooth_.size());
  // One voxel thick, or a gap of one voxel: the mask says all that is known.
  if (mask_[inside - step] == 0 || (in_mask && mask_[beyond] != 0)) return {};
  const float in = smooth_[static_cast<std::size_t>(inside)];
  const float out = smooth_[static_cast<std::size_t>(outside)];
  const float a = std::max(in, 0.5F + kMargin), b = std::min(out, 0.5F - kMargin);
  const float place = (a - 0.5F) / (a - b);
  if (std::abs(place - 0.5F) < kFlat) return {place};
  if (on_face(inside, step)) return {0.5F, true};
  if (in < 0.5F - kDenial || out > 0.5F + kDenial) return {};
  return {place};
}

}  // namespace voxarena
