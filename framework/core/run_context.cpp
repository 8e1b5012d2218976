#include "voxarena/core/run_context.h"

#include <sched.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

spdlog::logger& logger() {
  static const auto log = [] {
    auto made = spdlog::stderr_color_mt("voxarena");
    made->set_pattern("%^%l%$: %v");
    return made;
  }();
  return *log;
}

}  // namespace

void RunContext::check_interrupt() const {
  if (stop->load(std::memory_order_relaxed)) throw Error::interrupted();
}

Progress RunContext::progress(std::string title, std::int64_t total) const {
  return Progress(std::move(title), total, quiet);
}

void RunContext::info(std::string_view text) const {
  if (!quiet) logger().info("{}", text);
}

void RunContext::warn(std::string_view text) const { logger().warn("{}", text); }

RunContext default_context() {
  RunContext context;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) context.threads = CPU_COUNT(&set);
  return context;
}

}  // namespace voxarena
