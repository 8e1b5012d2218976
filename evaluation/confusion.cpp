#include "evaluation/confusion.h"

#include <algorithm>
#include <cstring>

#include "voxarena/core/error.h"
#include "voxarena/core/parallel.h"

namespace voxarena {
namespace {

constexpr std::size_t kLabelValues = 65536;  // of an int16
constexpr std::int64_t kNowhere = std::int64_t{1} << 40;
constexpr Box kEmptyBox = {{kNowhere, kNowhere, kNowhere}, {0, 0, 0}};

std::size_t slot(int value) { return static_cast<std::uint16_t>(value); }

void grow(Box& box, const Extent& lo, const Extent& hi) {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.lo[axis] = std::min(box.lo[axis], lo[axis]);
    box.hi[axis] = std::max(box.hi[axis], hi[axis]);
  }
}

// Length of the run of equal values at the start of `values`, compared four at a time.
std::int64_t run_length(const std::int16_t* values, std::int64_t limit) {
  const std::uint64_t pattern = 0x0001000100010001ULL * static_cast<std::uint16_t>(values[0]);
  std::int64_t length = 1;
  for (; length + 4 <= limit; length += 4) {
    std::uint64_t four = 0;
    std::memcpy(&four, values + length, sizeof four);
    if (four != pattern) break;
  }
  while (length < limit && values[length] == values[0]) ++length;
  return length;
}

}  // namespace

Confusion::Confusion(const Volume<std::int16_t>& reference, const Volume<std::int16_t>& prediction,
                     const std::vector<int>& values, std::optional<int> ignore, int threads)
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

  const std::int64_t slices = reference.size[0];
  const std::int64_t parts =
      std::clamp<std::int64_t>(threads, 1, std::max<std::int64_t>(slices, 1));
  std::vector<Table> tables(static_cast<std::size_t>(parts));
  parallel_for(parts, threads, [&](std::int64_t part) {
    tables[static_cast<std::size_t>(part)] =
        scan(reference, prediction, slices * part / parts, slices * (part + 1) / parts,
             reference_index, prediction_index);
  });
  table_ = tables.front();
  for (std::size_t part = 1; part < tables.size(); ++part) {
    for (std::size_t i = 0; i < table_.pairs.size(); ++i) table_.pairs[i] += tables[part].pairs[i];
    for (std::size_t i = 0; i < table_.boxes.size(); ++i) {
      grow(table_.boxes[i], tables[part].boxes[i].lo, tables[part].boxes[i].hi);
    }
  }
}

Confusion::Table Confusion::scan(const Volume<std::int16_t>& reference,
                                 const Volume<std::int16_t>& prediction, std::int64_t first_slice,
                                 std::int64_t last_slice,
                                 const std::vector<std::uint16_t>& reference_index,
                                 const std::vector<std::uint16_t>& prediction_index) const {
  const std::size_t columns = values_.size() + 1;
  Table table{std::vector<std::int64_t>((columns + 1) * columns, 0),
              std::vector<Box>(columns + 1, kEmptyBox)};
  const std::int64_t length = reference.size[2];
  for (std::int64_t z = first_slice; z < last_slice; ++z) {
    for (std::int64_t y = 0; y < reference.size[1]; ++y) {
      const std::size_t from = reference.offset(0, z, y, 0);
      const std::int16_t* r = reference.values.data() + from;
      const std::int16_t* p = prediction.values.data() + from;
      // Label maps are made of long runs of equal pairs: the table is touched once a run.
      for (std::int64_t x = 0; x < length;) {
        const std::int64_t rest = run_length(r + x, length - x);
        const std::int64_t end = x + run_length(p + x, rest);
        const std::size_t i = reference_index[slot(r[x])], j = prediction_index[slot(p[x])];
        table.pairs[i * columns + j] += end - x;
        if (i > 0) grow(table.boxes[i], {z, y, x}, {z + 1, y + 1, end});
        if (j > 0) grow(table.boxes[j], {z, y, x}, {z + 1, y + 1, end});
        x = end;
      }
    }
  }
  return table;
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
      count += table_.pairs[r * columns + p];
    }
  }
  return counts;
}

Box Confusion::box(const std::vector<int>& labels) const {
  Box box = kEmptyBox;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (std::find(labels.begin(), labels.end(), values_[i]) == labels.end()) continue;
    grow(box, table_.boxes[i + 1].lo, table_.boxes[i + 1].hi);
  }
  return box.hi[0] == 0 ? Box{} : box;
}

}  // namespace voxarena
