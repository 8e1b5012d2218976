// Times FATE-SAM (SAM 2 Hiera-T with random weights) on one made-up volume, supports included.
// Prints one line of JSON: seconds, peak memory of the process in MB.
//
//   fatesam_volume SLICES SIDE SUPPORTS IMAGE_SIZE
#include <ATen/Parallel.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <torch/nn.h>

#include <chrono>
#include <cstdlib>

#include "plugins/fatesam/segmenter.h"
#include "voxarena/core/random.h"

namespace {

constexpr std::int64_t kClasses = 4;

// Noise with a box of every class, on the middle half of the slices.
voxarena::SupportCase volume(std::int64_t slices, std::int64_t side, std::uint64_t number) {
  const voxarena::Extent size{slices, side, side};
  voxarena::SupportCase one{.id = fmt::format("volume {}", number),
                            .image = voxarena::Volume<float>(1, size),
                            .labels = voxarena::Volume<std::int16_t>(1, size)};
  voxarena::CounterRandom random(1, {number});
  for (float& value : one.image.values) value = static_cast<float>(random.uniform());
  for (std::int64_t z = slices / 4; z < slices - slices / 4; ++z) {
    for (std::int64_t k = 1; k < kClasses; ++k) {
      for (std::int64_t y = side / 4; y < side / 2; ++y) {
        for (std::int64_t x = k * side / 5; x < k * side / 5 + side / 6; ++x) {
          one.labels.at(0, z, y, x) = static_cast<std::int16_t>(k);
          one.image.at(0, z, y, x) += static_cast<float>(k);
        }
      }
    }
  }
  return one;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace voxarena;
  if (argc != 5) return 2;
  const std::int64_t slices = std::atoll(argv[1]), side = std::atoll(argv[2]),
                     supports = std::atoll(argv[3]), image = std::atoll(argv[4]);
  RunContext context;
  context.quiet = true;
  context.threads = at::get_num_threads();
  fatesam::Settings settings;
  settings.network = sam2::preset("tiny", sam2::Release::v2_0);
  settings.network.image = {image, image};
  settings.backbone = "tiny";
  settings.weights = "random";
  settings.half_features = false;
  settings.memory = std::uint64_t{1} << 40;
  SupportSet set;
  for (std::int64_t i = 0; i < supports; ++i)
    set.cases.push_back(volume(slices, side, static_cast<std::uint64_t>(i)));
  const auto network = fatesam::load_network(settings, context);
  const auto start = std::chrono::steady_clock::now();
  const auto segmenter = fatesam::make_segmenter(network, settings, set, kClasses, context);
  segmenter->segment(volume(slices, side, 99).image, context);
  const double seconds = seconds_since(start);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{{\"seconds\": {:.3f}, \"peak_mb\": {}, \"threads\": {}}}\n", seconds,
             usage.ru_maxrss / 1024, at::get_num_threads());
}
