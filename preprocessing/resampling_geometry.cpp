#include <algorithm>

#include "preprocessing/resampling.h"
#include "preprocessing/rounding.h"
#include "voxarena/plan/plans.h"

namespace voxarena {
namespace {

bool is_anisotropic(const Spacing& spacing) {
  const auto [finest, thickest] = std::minmax_element(spacing.begin(), spacing.end());
  return *thickest / *finest > kAnisotropy;
}

// The axis of the largest spacing, -1 if several share it.
int thickest_axis(const Spacing& spacing) {
  const double thickest = *std::max_element(spacing.begin(), spacing.end());
  if (std::count_if(spacing.begin(), spacing.end(), [&](double s) { return thickest / s == 1; }) !=
      1)
    return -1;
  return static_cast<int>(std::find(spacing.begin(), spacing.end(), thickest) - spacing.begin());
}

}  // namespace

Spacing target_spacing(const Configuration& configuration, const Spacing& current) {
  const std::vector<double>& s = configuration.spacing;
  return s.size() == 2 ? Spacing{current[0], s[0], s[1]} : Spacing{s[0], s[1], s[2]};
}

Extent resampled_shape(const Extent& shape, const Spacing& old_spacing,
                       const Spacing& new_spacing) {
  Extent out{};
  for (std::size_t a = 0; a < 3; ++a) {
    out[a] = round_half_even(old_spacing[a] / new_spacing[a] * static_cast<double>(shape[a]));
  }
  return out;
}

int separate_axis(const Spacing& current, const Spacing& target, int force_separate_z) {
  if (force_separate_z >= 0) return force_separate_z == 1 ? thickest_axis(current) : -1;
  if (is_anisotropic(current)) return thickest_axis(current);
  return is_anisotropic(target) ? thickest_axis(target) : -1;
}

}  // namespace voxarena
