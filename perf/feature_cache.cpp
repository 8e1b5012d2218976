// Times what FATE-SAM's cache saves: the features of all slices of a made-up volume, computed and
// written (Hiera with random weights), then asked for again by a fresh encoder.
// Prints one line of JSON: seconds of both.
//
//   feature_cache BACKBONE IMAGE_SIZE SLICES SIDE EMPTY_FOLDER
#include <ATen/Parallel.h>
#include <ATen/ops/rand.h>
#include <fmt/core.h>
#include <torch/nn.h>

#include <chrono>
#include <cstdlib>

#include "plugins/fatesam/segmenter.h"
#include "plugins/fatesam/slice_features.h"

namespace {

double seconds_of_all(voxarena::fatesam::SliceEncoder encoder, const at::Tensor& volume) {
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t z = 0; z < volume.size(0); ++z) encoder.encode({volume[z]});
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace voxarena;
  if (argc != 6) return 2;
  const std::int64_t image = std::atoll(argv[2]), slices = std::atoll(argv[3]),
                     side = std::atoll(argv[4]);
  RunContext context;
  context.threads = at::get_num_threads();
  fatesam::Settings settings;
  settings.network = sam2::preset(argv[1], sam2::Release::v2_0);
  settings.network.image = {image, image};
  settings.backbone = argv[1];
  settings.weights = "random";
  settings.cache = argv[5];
  settings.cache_limit = std::uint64_t{20} << 30;
  const auto network = fatesam::load_network(settings, context);
  const at::Tensor volume = at::rand({slices, 1, side, side});
  const double first = seconds_of_all({network, settings, "random", context}, volume);
  const double second = seconds_of_all({network, settings, "random", context}, volume);
  fmt::print("{{\"first\": {:.3f}, \"second\": {:.3f}, \"threads\": {}}}\n", first, second,
             at::get_num_threads());
}
