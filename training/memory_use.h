// Peaks of memory since the process began, or since they were reset.
#pragma once

#include <cstdint>
#include <string>

namespace voxarena {

// Resident set of this process, bytes.
std::int64_t peak_memory();
// Begins anew with what is in use, so that a training's peak is not that of the one before it.
void reset_peak_memory(const std::string& device);

// What LibTorch's allocator held on `device` ("cuda:0"), bytes; 0 on the CPU and where the
// allocator keeps no count.
std::int64_t peak_device_memory(const std::string& device);

}  // namespace voxarena
