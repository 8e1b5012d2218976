#include "voxarena/data/previous_stage.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/data/array_window.h"
#include "voxarena/data/block_shape.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHint = "remove the file and let the first stage predict the case again";

template <class T>
void write_labels(const fs::path& file, const Volume<std::int16_t>& labels, const Extent& patch,
                  const ArrayType& type) {
  std::vector<T> values(labels.values.size());
  std::ranges::transform(labels.values, values.begin(),
                         [](std::int16_t label) { return static_cast<T>(label); });
  const ArrayShape shape{1, labels.size[0], labels.size[1], labels.size[2]};
  const BlockShape blocks = choose_blocks(shape, patch, type.bytes);
  write_array(file, values.data(), shape, blocks.block, blocks.chunk, type, /*dimensions=*/3);
}

template <class T>
Volume<std::int16_t> read_labels(const ArrayFile& array, const Box& window) {
  // What lies outside is known by its place: no unsigned value is free for it.
  const Volume<T> values = read_window(array, window, T{0});
  Volume<std::int16_t> labels(1, values.size, -1);
  const ArrayShape& shape = array.shape();
  for (std::int64_t z = 0; z < labels.size[0]; ++z) {
    if (window.lo[0] + z < 0 || window.lo[0] + z >= shape[1]) continue;
    for (std::int64_t y = 0; y < labels.size[1]; ++y) {
      if (window.lo[1] + y < 0 || window.lo[1] + y >= shape[2]) continue;
      const auto clamped = [&](std::int64_t x) {
        return std::clamp<std::int64_t>(x - window.lo[2], 0, labels.size[2]);
      };
      for (std::int64_t x = clamped(0); x < clamped(shape[3]); ++x)
        labels.at(0, z, y, x) = static_cast<std::int16_t>(values.at(0, z, y, x));
    }
  }
  return labels;
}

// uint8 unless there are 255 foreground labels or more.
ArrayFile open_labels(const fs::path& file, bool& wide) {
  if (!fs::exists(file)) {
    throw Error::input(
        fmt::format("{}: the prediction of the previous stage is missing", file.string()),
        "let the first stage of the cascade predict all cases");
  }
  wide = false;
  try {
    return {file, kUint8, /*dimensions=*/3};
  } catch (const Error&) {
    wide = true;
    try {
      return {file, kUint16, /*dimensions=*/3};
    } catch (const Error&) {
    }
    return {file, kUint8, /*dimensions=*/3};  // says what is wrong
  }
}

}  // namespace

const fs::path& previous_stage_file(const PreviousStageFiles& files, const std::string& id) {
  const auto found = files.find(id);
  if (found != files.end()) return found->second;
  throw Error::input(fmt::format("case {}: has no prediction of the previous stage", id),
                     "let the first stage of the cascade predict all cases");
}

void write_previous_stage(const fs::path& file, const Volume<std::int16_t>& labels,
                          const Extent& patch) {
  const auto largest = std::ranges::max_element(labels.values);
  if (largest != labels.values.end() && *largest > 255) {
    write_labels<std::uint16_t>(file, labels, patch, kUint16);
  } else {
    write_labels<std::uint8_t>(file, labels, patch, kUint8);
  }
}

struct PreviousStage::State {
  bool wide = false;
  ArrayFile array;

  explicit State(const fs::path& file) : array(open_labels(file, wide)) {}
};

PreviousStage::PreviousStage(const fs::path& file, const Extent& size)
    : state_(std::make_unique<State>(file)) {
  const ArrayShape& shape = state_->array.shape();
  if (shape == ArrayShape{1, size[0], size[1], size[2]}) return;
  throw Error::input(
      fmt::format("{}: has {} x {} x {} voxels, the preprocessed case has {}", file.string(),
                  shape[1], shape[2], shape[3], fmt::join(size, " x ")),
      kHint);
}

PreviousStage::~PreviousStage() = default;
PreviousStage::PreviousStage(PreviousStage&&) noexcept = default;

Volume<std::int16_t> PreviousStage::read(const Box& window) const {
  return state_->wide ? read_labels<std::uint16_t>(state_->array, window)
                      : read_labels<std::uint8_t>(state_->array, window);
}

}  // namespace voxarena
