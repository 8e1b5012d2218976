// How much main memory a prediction may take.
#pragma once

#include <cstdint>
#include <string>

namespace voxarena {

// Bytes this process can still get: what the machine has available, or less inside a container with
// a limit.
std::int64_t available_memory();

// Error (input) that says what needs how much if `need` bytes exceed `limit` (0:
// available_memory()).
void require_memory(const std::string& what, std::int64_t need, std::int64_t limit);

// "512.0 MiB", "3.2 GiB".
std::string format_bytes(std::int64_t bytes);

}  // namespace voxarena
