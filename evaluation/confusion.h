// How often each pair of label values meets in a reference and a prediction, and where each value
// lies: one pass over both maps, from which the counts and the box of every class and region
// follow.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

// Voxels of one class: in both maps, in the prediction only, in the reference only, in neither.
struct Counts {
  std::int64_t tp = 0, fp = 0, fn = 0, tn = 0;

  std::int64_t n_ref() const { return tp + fn; }
  std::int64_t n_pred() const { return tp + fp; }
  bool operator==(const Counts&) const = default;
};

class Confusion {
 public:
  // Both volumes have one channel and the same size (else Error, internal). `values` are the label
  // values that will be asked for; all others count as background. Voxels whose reference value is
  // `ignore` are left out, as in nnU-Net. The result does not depend on `threads`.
  Confusion(const Volume<std::int16_t>& reference, const Volume<std::int16_t>& prediction,
            const std::vector<int>& values, std::optional<int> ignore, int threads = 1);

  // The class that is the union of `labels`: one value, or several for a region.
  Counts counts(const std::vector<int>& labels) const;

  // Smallest box that holds the class in both maps; empty if it is in neither.
  Box box(const std::vector<int>& labels) const;

 private:
  struct Table {
    std::vector<std::int64_t> pairs;  // (reference, prediction), row by row; index 0: another value
    std::vector<Box> boxes;           // of each index
  };
  Table scan(const Volume<std::int16_t>& reference, const Volume<std::int16_t>& prediction,
             std::int64_t first_slice, std::int64_t last_slice,
             const std::vector<std::uint16_t>& reference_index,
             const std::vector<std::uint16_t>& prediction_index) const;

  std::vector<int> values_;
  Table table_;
};

}  // namespace voxarena
