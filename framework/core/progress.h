// Progress of long work on standard error.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace voxarena {

// A bar that redraws itself on a terminal; elsewhere a plain line at most every ten seconds. Safe
// to advance from many threads.
//
//   Progress progress = context.progress("preprocess", cases.size());
//   ... progress.advance();
class Progress {
 public:
  Progress(std::string title, std::int64_t total, bool quiet);
  ~Progress();  // ends the line with the time taken
  Progress(Progress&&) noexcept;
  Progress& operator=(Progress&&) = delete;

  // Steps done so far; `note` (a loss, a case) stands behind the time left.
  void advance(std::int64_t steps = 1, std::string_view note = {});
  void set(std::int64_t done, std::string_view note = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// "45 s", "3 min 20 s", "2 h 05 min".
std::string format_duration(double seconds);

}  // namespace voxarena
