// Loops over independent items on a bounded number of threads (TBB).
#pragma once

#include <cstdint>
#include <functional>

namespace voxarena {

// Calls body(i) for i in [0, count) on at most `threads` threads (and cores). The first exception
// ends the loop and is rethrown.
void parallel_for(std::int64_t count, int threads, const std::function<void(std::int64_t)>& body);

}  // namespace voxarena
