// Times SAM's ViT-B encoder on one image of 1024 x 1024 pixels and prints one line of JSON: seconds
// of each run after a first one, peak memory of the process in MB.
//
//   sam_encoder [RUNS]
#include <ATen/Parallel.h>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <sys/resource.h>
#include <torch/nn.h>

#include <chrono>
#include <cstdlib>
#include <vector>

#include "plugins/sam/image_encoder.h"

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 3;
  const at::NoGradGuard no_grad;
  const voxarena::sam::ImageEncoder encoder(voxarena::sam::preset("vit_b").encoder);
  const at::Tensor image = at::randn({1, 3, 1024, 1024});
  encoder.forward(image);
  std::vector<double> seconds;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    encoder.forward(image);
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{{\"seconds\": [{:.3f}], \"peak_mb\": {}, \"threads\": {}}}\n",
             fmt::join(seconds, ", "), usage.ru_maxrss / 1024, at::get_num_threads());
}
