#include "plugins/sam/sam2/memory_bank.h"

#include <algorithm>

namespace voxarena::sam2 {

Recollection recall(const MemoryBank& bank, std::int64_t slice, const RecallOptions& options) {
  constexpr std::int64_t kMostPointers = 16;
  const std::int64_t step = options.backwards ? 1 : -1;
  const std::int64_t reach = std::min(options.slices, kMostPointers) - 1;
  Recollection out;
  out.pointer_span = static_cast<double>(std::max<std::int64_t>(reach, 1));
  for (const auto& [index, memory] : bank.given) {
    out.maps.push_back({memory.map, kGiven});
    const std::int64_t distance = (index - slice) * step;
    if (distance >= 0 || !options.pointers_from_behind)
      out.pointers.push_back({memory.pointer, static_cast<double>(distance)});
  }
  const auto behind = [&](std::int64_t distance) {
    return bank.predicted.find(slice + step * distance);
  };
  for (std::int64_t distance = options.neighbours; distance >= 1; --distance) {
    const auto found = behind(distance);
    if (found != bank.predicted.end()) out.maps.push_back({found->second.map, distance});
  }
  for (std::int64_t distance = 1; distance <= reach; ++distance) {
    const auto found = behind(distance);
    if (found != bank.predicted.end())
      out.pointers.push_back({found->second.pointer, static_cast<double>(distance)});
  }
  return out;
}

}  // namespace voxarena::sam2
