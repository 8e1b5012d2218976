// Seconds that nnU-Net's augmentation of patches takes, from a case in memory to the batch:
//   augmentation Z,Y,X CHANNELS LABELS SAMPLES THREADS
// The case is twice as large as the patch along each axis. Prints a line of JSON.
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "perf/measure.h"
#include "training/batch_loader.h"

namespace {

using namespace voxarena;

class CaseInMemory : public PatchSource {
 public:
  CaseInMemory(std::int64_t channels, const Extent& size, int labels)
      : data_(channels, size), seg_(1, size) {
    CounterRandom random(1, {2});
    for (float& value : data_.values) value = static_cast<float>(random.uniform());
    for (std::int64_t z = 0; z < size[0]; ++z) {
      for (std::int64_t y = 0; y < size[1]; ++y) {
        for (std::int64_t x = 0; x < size[2]; ++x)
          seg_.at(0, z, y, x) =
              static_cast<std::int16_t>((z / 16 * 7 + y / 16 * 3 + x / 16) % labels);
      }
    }
    for (int label = 1; label < labels; ++label) {
      locations_[label].push_back({static_cast<std::int32_t>(size[0] / 2),
                                   static_cast<std::int32_t>(size[1] / 2),
                                   static_cast<std::int32_t>(size[2] / 2)});
    }
  }

  const std::string& id() const override { return id_; }
  const Extent& size() const override { return seg_.size; }
  std::int64_t channels() const override { return data_.channels; }
  const ClassLocations& class_locations() const override { return locations_; }
  Volume<float> read_data(const Box& window) const override { return cut(data_, window, 0.0F); }
  Volume<std::int16_t> read_seg(const Box& window) const override {
    return cut(seg_, window, std::int16_t{-1});
  }

 private:
  template <class T>
  static Volume<T> cut(const Volume<T>& from, const Box& window, T outside) {
    Volume<T> out(from.channels, window.size(), outside);
    const auto low = [&](std::size_t axis) { return std::max<std::int64_t>(window.lo[axis], 0); };
    const auto high = [&](std::size_t axis) { return std::min(window.hi[axis], from.size[axis]); };
    if (low(2) >= high(2)) return out;
    for (std::int64_t c = 0; c < from.channels; ++c) {
      for (std::int64_t z = low(0); z < high(0); ++z) {
        for (std::int64_t y = low(1); y < high(1); ++y) {
          std::copy_n(&from.at(c, z, y, low(2)), high(2) - low(2),
                      &out.at(c, z - window.lo[0], y - window.lo[1], low(2) - window.lo[2]));
        }
      }
    }
    return out;
  }

  std::string id_ = "case";
  Volume<float> data_;
  Volume<std::int16_t> seg_;
  ClassLocations locations_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  LoaderOptions options;
  options.patch = perf::triple<std::int64_t>(argv[1]);
  options.batch_size = 2;
  options.augmentation = nnunet_augmentation(options.patch, 3, {0, 1, 2});
  Extent size = options.patch;
  for (std::int64_t& edge : size) edge *= 2;
  RunContext context;
  context.threads = std::atoi(argv[5]);
  BatchLoader loader(
      options, {std::make_shared<CaseInMemory>(std::atoll(argv[2]), size, std::atoi(argv[3]))}, 0,
      context);
  loader.recycle(loader.next());
  const perf::Stopwatch watch;
  for (int i = 0; i < std::atoi(argv[4]) / 2; ++i) loader.recycle(loader.next());
  fmt::print("{}\n", watch.json());
}
