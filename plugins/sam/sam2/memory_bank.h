// What SAM 2 remembers of a sequence of slices, and what it recalls for the next one. Numbers only,
// no network: a method may keep its memories elsewhere and fill a Recollection by itself.
#pragma once

#include <map>

#include "plugins/sam/sam2/tracking.h"

namespace voxarena::sam2 {

struct MemoryBank {
  std::map<std::int64_t, Memory> given;      // of slices whose masks were given
  std::map<std::int64_t, Memory> predicted;  // of slices that were tracked
};

struct RecallOptions {
  bool backwards = false;       // slices are visited from the last to the first
  std::int64_t neighbours = 6;  // predicted slices behind, 0 ... memory_maps - 1
  std::int64_t slices = 16;     // of the sequence; pointers reach min(slices, 16) - 1 back
  // Pointers of given slices only from behind, as SAM 2 does. Else from everywhere, and those ahead
  // have negative distances.
  bool pointers_from_behind = true;
};

// All given maps; of predicted ones the neighbours behind `slice` in the direction of the work,
// with their pointers up to further away.
Recollection recall(const MemoryBank& bank, std::int64_t slice, const RecallOptions& options);

}  // namespace voxarena::sam2
