#include "benchmark/support_selection.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "benchmark/fold_evaluation.h"
#include "voxarena/core/error.h"
#include "voxarena/core/random.h"

namespace voxarena {

std::vector<std::string> draw_supports(std::vector<std::string> training, std::int64_t count,
                                       std::uint64_t seed, int fold) {
  const auto available = static_cast<std::int64_t>(training.size());
  if (count > available) {
    throw Error::input(
        fmt::format("protocol.supports: {} cases are asked for, fold {} has {} for training", count,
                    fold, available),
        "ask for fewer");
  }
  std::ranges::sort(training);
  constexpr std::uint64_t kStream = 0x5u;  // of its own among those of (seed, fold)
  CounterRandom random(seed, {static_cast<std::uint64_t>(fold), kStream});
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t drawn = random.integer(i, available - 1);
    std::swap(training[static_cast<std::size_t>(i)], training[static_cast<std::size_t>(drawn)]);
  }
  training.resize(static_cast<std::size_t>(count));
  return training;
}

Split protocol_split(const PreparedDataset& dataset, const ProtocolSettings& settings, int fold) {
  Split split = fold_split(dataset, fold);
  if (settings.supports > 0)
    split.train = draw_supports(std::move(split.train), settings.supports, settings.seed, fold);
  return split;
}

}  // namespace voxarena
