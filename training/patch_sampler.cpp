#include "training/patch_sampler.h"

#include <algorithm>
#include <cmath>

#include "voxarena/data/store.h"

namespace voxarena {
namespace {

using Voxels = std::vector<std::array<std::int32_t, 3>>;

// The list a centre is drawn from; null where there is none.
const Voxels* draw_class(const ClassLocations& locations, Centre centre, CounterRandom& random) {
  if (centre == Centre::anywhere) return nullptr;
  const auto annotated = locations.find(kAnnotatedVoxels);
  const Voxels* fallback =
      annotated != locations.end() && !annotated->second.empty() ? &annotated->second : nullptr;
  if (centre == Centre::annotated) return fallback;

  std::vector<const Voxels*> classes;
  for (const auto& [value, list] : locations) {
    if (value != kAnnotatedVoxels && !list.empty()) classes.push_back(&list);
  }
  if (classes.empty()) return fallback;
  return classes[static_cast<std::size_t>(
      random.integer(0, static_cast<std::int64_t>(classes.size()) - 1))];
}

}  // namespace

bool forces_foreground(std::int64_t sample, std::int64_t batch_size, double oversample) {
  // Python's round(): halves go to the even neighbour.
  const double unforced = std::nearbyint(static_cast<double>(batch_size) * (1.0 - oversample));
  return static_cast<double>(sample) >= unforced;
}

StartRange start_range(const Extent& volume, const Extent& initial, const Extent& patch) {
  StartRange range;
  for (std::size_t d = 0; d < 3; ++d) {
    const std::int64_t padding = std::max(initial[d] - patch[d], initial[d] - volume[d]);
    const std::int64_t before = (padding + 1) / 2;
    range.lowest[d] = -before;
    range.highest[d] = volume[d] + before - initial[d];
  }
  return range;
}

Box draw_box(const Extent& volume, const ClassLocations& locations, const Extent& initial,
             const Extent& patch, Centre centre, CounterRandom& random) {
  const StartRange range = start_range(volume, initial, patch);
  Box box;
  if (const Voxels* voxels = draw_class(locations, centre, random)) {
    const auto& voxel = (*voxels)[static_cast<std::size_t>(
        random.integer(0, static_cast<std::int64_t>(voxels->size()) - 1))];
    // No upper bound here: a patch around a voxel near the end may reach further out than a random
    // one.
    for (std::size_t d = 0; d < 3; ++d)
      box.lo[d] = std::max(range.lowest[d], voxel[d] - initial[d] / 2);
  } else {
    for (std::size_t d = 0; d < 3; ++d)
      box.lo[d] = random.integer(range.lowest[d], range.highest[d]);
  }
  for (std::size_t d = 0; d < 3; ++d) box.hi[d] = box.lo[d] + initial[d];
  return box;
}

}  // namespace voxarena
