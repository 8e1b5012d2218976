#include "inference/schedule.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "voxarena/core/parallel.h"
#include "voxarena/plugin/model.h"

namespace voxarena {
namespace {

// One call in every lane.
double seconds_of_round(Model& model, const at::Tensor& batch, const Schedule& schedule) {
  const auto start = std::chrono::steady_clock::now();
  parallel_for(schedule.lanes, schedule.lanes, [&](std::int64_t) {
    use_torch_threads(schedule.threads);
    const at::NoGradGuard no_gradients;
    model.predict(batch);
  });
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::vector<Schedule> schedule_candidates(int threads, int most_lanes) {
  std::vector<Schedule> candidates;
  const auto add = [&](int lanes) {
    const Schedule candidate{lanes, std::max(threads / lanes, 1)};
    if (std::ranges::find(candidates, candidate) == candidates.end())
      candidates.push_back(candidate);
  };
  const int most = std::clamp(most_lanes, 1, std::max(threads, 1));
  for (int lanes = 1; lanes <= most; lanes *= 2) add(lanes);
  add(most);
  return candidates;
}

Schedule fastest_schedule(Model& model, const at::Tensor& batch,
                          const std::vector<Schedule>& candidates) {
  constexpr double kEnough = 0.2;  // seconds of measurement per candidate
  Schedule best = candidates.front();
  if (candidates.size() == 1) return best;
  double best_seconds = std::numeric_limits<double>::max();
  for (const Schedule& candidate : candidates) {
    double shortest = std::numeric_limits<double>::max();
    double total = 0;
    // The first round also pays for what the libraries prepare once.
    for (int round = 0; round < 2 || (round < 8 && total < kEnough); ++round) {
      const double seconds = seconds_of_round(model, batch, candidate) / candidate.lanes;
      shortest = std::min(shortest, seconds);
      total += seconds * candidate.lanes;
    }
    if (shortest < best_seconds) {
      best_seconds = shortest;
      best = candidate;
    }
  }
  return best;
}

void use_torch_threads(int threads) {
  if (at::get_num_threads() != threads) at::set_num_threads(threads);
}

}  // namespace voxarena
