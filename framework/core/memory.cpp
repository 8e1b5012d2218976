#include "voxarena/core/memory.h"

#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

std::optional<std::int64_t> read_number(const char* file) {
  std::ifstream stream(file);
  std::int64_t value = 0;
  if (stream >> value) return value;
  return std::nullopt;  // missing, or the word "max"
}

std::int64_t machine_memory() {
  std::ifstream stream("/proc/meminfo");
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("MemAvailable:")) return std::stoll(line.substr(13)) * 1024;
  }
  return kUnlimited;
}

std::int64_t container_memory() {
  const auto limit = read_number("/sys/fs/cgroup/memory.max");
  const auto used = read_number("/sys/fs/cgroup/memory.current");
  if (!limit || !used) return kUnlimited;
  // Pages of the file cache count as used, yet are given back on demand.
  std::int64_t cache = 0;
  std::ifstream stream("/sys/fs/cgroup/memory.stat");
  std::string key;
  for (std::int64_t value = 0; stream >> key >> value;) {
    if (key == "inactive_file" || key == "active_file") cache += value;
  }
  return std::max<std::int64_t>(*limit - *used + cache, 0);
}

}  // namespace

std::int64_t available_memory() { return std::min(machine_memory(), container_memory()); }

MemoryBudget::MemoryBudget(std::int64_t limit)
    : limit_(limit > 0 ? limit : available_memory()), free_(limit_) {}

MemoryBudget::Share MemoryBudget::take(const std::string& what, std::int64_t bytes) {
  require_memory(what, bytes, limit_);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return bytes <= free_; });
  free_ -= bytes;
  return {*this, bytes};
}

void MemoryBudget::give_back(std::int64_t bytes) {
  {
    const std::scoped_lock lock(mutex_);
    free_ += bytes;
  }
  changed_.notify_all();
}

void require_memory(const std::string& what, std::int64_t need, std::int64_t limit) {
  const std::int64_t available = limit > 0 ? limit : available_memory();
  if (need <= available) return;
  throw Error::input(fmt::format("{} needs {} of memory, {} are available", what,
                                 format_bytes(need), format_bytes(available)),
                     "close other programs or raise --memory, or use a configuration of coarser "
                     "spacing");
}

void keep_freed_memory() {
  constexpr int kLimit = 1 << 25;  // the most that a threshold may be
  mallopt(M_MMAP_THRESHOLD, kLimit);
  mallopt(M_TRIM_THRESHOLD, 2 * kLimit);
}

std::string format_bytes(std::int64_t bytes) {
  const double mebibytes = static_cast<double>(bytes) / (1 << 20);
  return mebibytes < 1024 ? fmt::format("{:.1f} MiB", mebibytes)
                          : fmt::format("{:.1f} GiB", mebibytes / 1024);
}

}  // namespace voxarena
