#include "voxarena/core/progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <mutex>

namespace voxarena {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

std::string format_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

struct Progress::State {
  std::string title;
  std::int64_t total = 0;
  bool quiet = false;
  bool terminal = isatty(STDERR_FILENO) == 1;
  std::mutex mutex;
  std::int64_t done = 0;
  std::int64_t done_at_start = -1;  // resumed work does not count towards the speed
  std::string note;
  Clock::time_point start = Clock::now();
  Clock::time_point last_draw{};

  std::string time_left(Clock::time_point now) const {
    const std::int64_t fresh = done - std::max<std::int64_t>(done_at_start, 0);
    if (fresh <= 0 || done >= total) return {};
    const double each = seconds_between(start, now) / static_cast<double>(fresh);
    return fmt::format(", {} left", format_duration(each * static_cast<double>(total - done)));
  }

  std::string line(Clock::time_point now) const {
    return fmt::format("{}: {}/{}{}{}{}", title, done, total, time_left(now),
                       note.empty() ? "" : ", ", note);
  }

  void draw(Clock::time_point now) {
    last_draw = now;
    if (!terminal) {
      fmt::print(stderr, "{}\n", line(now));
      return;
    }
    constexpr std::int64_t kWidth = 24;
    const std::int64_t filled = total > 0 ? std::min(kWidth, done * kWidth / total) : kWidth;
    fmt::print(stderr, "\r\033[K[{}{}] {}", std::string(static_cast<std::size_t>(filled), '#'),
               std::string(static_cast<std::size_t>(kWidth - filled), '.'), line(now));
    std::fflush(stderr);
  }
};

Progress::Progress(std::string title, std::int64_t total, bool quiet)
    : state_(std::make_unique<State>()) {
  state_->title = std::move(title);
  state_->total = total;
  state_->quiet = quiet;
  state_->last_draw = state_->start;
}

Progress::Progress(Progress&&) noexcept = default;

Progress::~Progress() {
  if (!state_ || state_->quiet) return;
  const double seconds = seconds_between(state_->start, Clock::now());
  if (state_->terminal) fmt::print(stderr, "\r\033[K");
  fmt::print(stderr, "{}: {}/{} in {}{}{}\n", state_->title, state_->done, state_->total,
             format_duration(seconds), state_->note.empty() ? "" : ", ", state_->note);
}

void Progress::advance(std::int64_t steps, std::string_view note) {
  const std::scoped_lock lock(state_->mutex);
  if (state_->done_at_start < 0) state_->done_at_start = 0;
  state_->done += steps;
  if (!note.empty()) state_->note = note;
  const auto now = Clock::now();
  const double pause = state_->terminal ? 0.1 : 10.0;
  if (!state_->quiet && seconds_between(state_->last_draw, now) >= pause) state_->draw(now);
}

void Progress::set(std::int64_t done, std::string_view note) {
  {
    const std::scoped_lock lock(state_->mutex);
    if (state_->done_at_start < 0) state_->done_at_start = done;
    state_->done = done;
  }
  advance(0, note);
}

}  // namespace voxarena
