// Times SAM 2.1 Hiera-T at 1024 pixels on one slice: the image encoder, then tracking of one object
// with N memories and their pointers (memory attention, decoder, memory encoder). Prints one line
// of JSON: seconds of each run after a first one, peak memory of the process in MB.
//
//   sam2_step [RUNS [MEMORIES]]
#include <ATen/Parallel.h>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <torch/nn.h>

#include <chrono>
#include <cstdlib>
#include <vector>

#include "plugins/sam/sam2/sam2.h"
#include "plugins/sam/sam2/tracking.h"

int main(int argc, char** argv) {
  using namespace voxarena::sam2;
  using Clock = std::chrono::steady_clock;
  const int runs = argc > 1 ? std::atoi(argv[1]) : 2, memories = argc > 2 ? std::atoi(argv[2]) : 5;
  const at::NoGradGuard no_grad;
  const Sam2 network(preset("tiny", Release::v2_1));
  const at::Tensor image = at::randn({1, 3, 1024, 1024});
  Recollection recollection;
  for (int i = 0; i < memories; ++i) {
    recollection.maps.push_back({at::randn({1, 64, 64, 64})});
    recollection.pointers.push_back({at::randn({1, 256}), static_cast<double>(i)});
  }
  std::vector<double> encode, track;
  const auto seconds = [](Clock::time_point a, Clock::time_point b) {
    return std::chrono::duration<double>(b - a).count();
  };
  for (int i = 0; i <= runs; ++i) {
    const auto start = Clock::now();
    const Features features = encode_image(network, image);
    const auto encoded = Clock::now();
    const Frame frame =
        decode_frame(network, features, attend_memory(network, features, recollection));
    remember(network, features, frame, Mask::predicted);
    const auto end = Clock::now();
    if (i == 0) continue;
    encode.push_back(seconds(start, encoded));
    track.push_back(seconds(encoded, end));
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{{\"encode\": [{:.3f}], \"track\": [{:.3f}], \"peak_mb\": {}, \"threads\": {}}}\n",
             fmt::join(encode, ", "), fmt::join(track, ", "), usage.ru_maxrss / 1024,
             at::get_num_threads());
}
