// How many batches of windows run at once on the CPU, with how many LibTorch threads each.
#pragma once

#include <vector>

namespace at {
class Tensor;
}

namespace voxarena {

class Model;

struct Schedule {
  int lanes = 1;    // batches at once
  int threads = 1;  // of LibTorch within each

  bool operator==(const Schedule&) const = default;
};

// Every way to share `threads` among at most `most_lanes` lanes: powers of two, and `threads`
// itself.
std::vector<Schedule> schedule_candidates(int threads, int most_lanes);

// The candidate with the highest throughput for this model and this batch of patches, measured (a
// few calls each).
Schedule fastest_schedule(Model& model, const at::Tensor& batch,
                          const std::vector<Schedule>& candidates);

// Sets LibTorch's thread count for the calling thread. The setting is kept by OpenMP per thread, so
// every thread that runs a lane has to say it.
void use_torch_threads(int threads);

}  // namespace voxarena
