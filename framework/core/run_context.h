// What every stage needs to know about the run: where to compute, with how many threads, from which
// seed, and whom to tell about it. Passed by reference; two runs with different contexts can live
// in one process.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "voxarena/core/progress.h"

namespace voxarena {

struct RunContext {
  std::string device = "cpu";  // as LibTorch spells it: "cpu", "cuda:0"
  int threads = 1;             // upper bound on busy threads of this process
  std::int64_t memory = 0;     // bytes of main memory that work may plan with, 0: what is available
  std::uint64_t seed = 1;
  bool quiet = false;  // no progress, only warnings and errors

  // Set by the signal handler (or by a test); long work polls it.
  std::shared_ptr<std::atomic<bool>> stop = std::make_shared<std::atomic<bool>>(false);

  // Throws Error of kind `interrupted` once a stop was asked for.
  void check_interrupt() const;

  // One progress line for a piece of work of `total` steps: a bar on a terminal, plain lines
  // otherwise.
  Progress progress(std::string title, std::int64_t total) const;

  void info(std::string_view text) const;
  void warn(std::string_view text) const;
};

// A context that uses all cores this process may run on.
RunContext default_context();

}  // namespace voxarena
