#include "evaluation/shapes/component_overlap.h"

#include <algorithm>
#include <map>
#include <utility>

#include "preprocessing/components.h"

namespace voxarena {

ComponentOverlap overlap_components(const MaskPair& masks) {
  const Components reference = connected_components(masks.reference, masks.size);
  const Components prediction = connected_components(masks.prediction, masks.size);
  std::map<std::pair<std::int32_t, std::int32_t>, std::int64_t> shared;
  for (std::size_t row = 0; row + 1 < reference.row_start.size(); ++row) {
    std::size_t a = reference.row_start[row], b = prediction.row_start[row];
    while (a < reference.row_start[row + 1] && b < prediction.row_start[row + 1]) {
      const Components::Run& r = reference.runs[a];
      const Components::Run& p = prediction.runs[b];
      const std::int32_t common = std::min(r.last, p.last) - std::max(r.first, p.first) + 1;
      if (common > 0) shared[{r.component, p.component}] += common;
      if (r.last < p.last) {
        ++a;
      } else {
        ++b;
      }
    }
  }
  ComponentOverlap result{reference.sizes, prediction.sizes, {}};
  for (const auto& [key, voxels] : shared) result.pairs.push_back({key.first, key.second, voxels});
  return result;
}

}  // namespace voxarena
