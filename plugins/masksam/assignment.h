// The assignment problem, exactly (the "Hungarian" matching of detection transformers).
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace voxarena::masksam {

// Pairs (row, column), at most one per row and column, min(rows, columns) of them, with the least
// sum of costs; sorted by row. `costs` holds rows x columns finite numbers, row after row. Which of
// several optimal solutions comes back is not specified. Successive shortest augmenting paths
// (Jonker and Volgenant 1987; Crouse 2016), O(min^2 max).
std::vector<std::pair<std::int64_t, std::int64_t>> assign(std::span<const double> costs,
                                                          std::int64_t rows, std::int64_t columns);

}  // namespace voxarena::masksam
