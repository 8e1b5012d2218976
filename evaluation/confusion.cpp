#include "evaluation/confusion.h"

#include <algorithm>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr std::size_t kLabelValues = 65536;  // of an int16

std::size_t slot(int value) { return static_cast<std::uint16_t>(value); }

}  // namespace

Confusion::Confusion(const Volume<std::int16_t>& reference, const Volume<std::int16_t>& prediction,
                     const std::vector<int>& values, std::optional<int> ignore)
    : values_(values) {
  if (reference.size != prediction.size || reference.channels != 1 || prediction.channels != 1) {
    throw Error::internal("label maps of different size cannot be compared");
  }
  // Index 0: other values; 1..n: `values`; n + 1: ignored voxels of the reference, a row nobody
  // reads.
  std::vector<std::uint16_t> prediction_index(kLabelValues, 0);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    prediction_index[slot(values_[i])] = static_cast<std::uint16_t>(i + 1);
  }
  std::vector<std::uint16_t> reference_index = prediction_index;
  const std::size_t columns = values_.size() + 1;
  if (ignore) reference_index[slot(*ignore)] = static_cast<std::uint16_t>(columns);
  pairs_.assign((columns + 1) * columns, 0);

  // Label maps are made of long runs of equal pairs: count those, and touch the table once a run.
  const std::size_t total = reference.values.size();
  for (std::size_t i = 0; i < total;) {
    const std::int16_t r = reference.values[i];
    const std::int16_t p = prediction.values[i];
    std::size_t end = i + 1;
    while (end < total && reference.values[end] == r && prediction.values[end] == p) ++end;
    pairs_[reference_index[slot(r)] * columns + prediction_index[slot(p)]] +=
        static_cast<std::int64_t>(end - i);
    i = end;
  }
}

Counts Confusion::counts(const std::vector<int>& labels) const {
  std::vector<bool> member(values_.size() + 1, false);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    member[i + 1] = std::find(labels.begin(), labels.end(), values_[i]) != labels.end();
  }
  Counts counts;
  const std::size_t columns = member.size();
  for (std::size_t r = 0; r < columns; ++r) {
    for (std::size_t p = 0; p < columns; ++p) {
      std::int64_t& count =
          member[r] ? (member[p] ? counts.tp : counts.fn) : (member[p] ? counts.fp : counts.tn);
      count += pairs_[r * columns + p];
    }
  }
  return counts;
}

}  // namespace voxarena
