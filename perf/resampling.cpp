// Seconds that a volume takes to another grid by cubic splines and back:
//   resampling IN OUT Z,Y,X SPACING_Z,Y,X TARGET THREADS
// IN holds float32 voxels without a header; what came back is written to OUT. Prints a line of
// JSON.
#include "preprocessing/resampling.h"

#include <fmt/core.h>

#include <cstdlib>

#include "perf/measure.h"

int main(int argc, char** argv) {
  using namespace voxarena;
  if (argc != 7) return 2;
  const auto size = perf::triple<std::int64_t>(argv[3]);
  const auto spacing = perf::triple<double>(argv[4]);
  const double edge = std::atof(argv[5]);
  const int threads = std::atoi(argv[6]);
  Volume<float> volume(1, size);
  perf::read_values(argv[1], volume.values);
  const Spacing target{edge, edge, edge};
  const Resampling cubic;
  const perf::Stopwatch watch;
  volume = resample_data(volume, resampled_shape(size, spacing, target), spacing, target, cubic,
                         threads);
  volume = resample_data(volume, size, target, spacing, cubic, threads);
  fmt::print("{}\n", watch.json());
  perf::write_values(argv[2], volume.values);
}
