#include "training/memory_use.h"

#include <c10/core/Device.h>
#include <sys/resource.h>
#include <torch/headeronly/version.h>

#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 10
#include <c10/core/CachingDeviceAllocator.h>
#endif

namespace voxarena {

std::int64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 10
std::int64_t peak_device_memory(const std::string& name) {
  const c10::Device device(name);
  if (device.is_cpu()) return 0;
  auto* allocator = dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(device.type()));
  if (allocator == nullptr || !allocator->initialized()) return 0;
  const auto index = device.has_index() ? device.index() : c10::DeviceIndex{0};
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return allocator->getDeviceStats(index).allocated_bytes[kAll].peak;
}
#else
std::int64_t peak_device_memory(const std::string&) { return 0; }
#endif

}  // namespace voxarena
