#include "training/memory_use.h"

#include <c10/core/Device.h>
#include <malloc.h>
#include <sys/resource.h>
#include <torch/headeronly/version.h>

#include <fstream>

#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 10
#include <c10/core/CachingDeviceAllocator.h>
#endif

namespace voxarena {

std::int64_t peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

namespace {

void reset_peak_of_process() {
  malloc_trim(0);  // what earlier work freed
  std::ofstream("/proc/self/clear_refs") << "5";
}

}  // namespace

#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 10
namespace {

// Null on the CPU and where the allocator keeps no count.
c10::DeviceAllocator* counting_allocator(const c10::Device& device) {
  if (device.is_cpu()) return nullptr;
  auto* allocator = dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(device.type()));
  return allocator != nullptr && allocator->initialized() ? allocator : nullptr;
}

c10::DeviceIndex index_of(const c10::Device& device) {
  return device.has_index() ? device.index() : c10::DeviceIndex{0};
}

}  // namespace

void reset_peak_memory(const std::string& name) {
  reset_peak_of_process();
  const c10::Device device(name);
  if (auto* allocator = counting_allocator(device)) allocator->resetPeakStats(index_of(device));
}

std::int64_t peak_device_memory(const std::string& name) {
  const c10::Device device(name);
  auto* allocator = counting_allocator(device);
  if (allocator == nullptr) return 0;
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return allocator->getDeviceStats(index_of(device)).allocated_bytes[kAll].peak;
}
#else
void reset_peak_memory(const std::string&) { reset_peak_of_process(); }
std::int64_t peak_device_memory(const std::string&) { return 0; }
#endif

}  // namespace voxarena
