#include "plugins/masksam/assignment.h"

#include <algorithm>
#include <limits>

namespace voxarena::masksam {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
constexpr double kFar = std::numeric_limits<double>::infinity();

// rows <= columns; every row gets a column.
class Solver {
 public:
  Solver(std::vector<double> costs, std::size_t rows, std::size_t columns)
      : costs_(std::move(costs)),
        rows_(rows),
        columns_(columns),
        row_price_(rows, 0.0),
        column_price_(columns, 0.0),
        row_of_(columns, kNone) {}

  // The row of each column, kNone where there is none.
  const std::vector<std::size_t>& solve() {
    for (std::size_t row = 0; row < rows_; ++row) insert(row);
    return row_of_;
  }

 private:
  // Dijkstra over columns from `row` to the nearest free one, then a change along the path.
  void insert(std::size_t row) {
    std::vector<double> distance(columns_, kFar);
    std::vector<std::size_t> previous(columns_, kNone);  // column before this one on the path
    std::vector<bool> done(columns_, false);
    std::size_t current = row, from = kNone, nearest = kNone;
    double travelled = 0;
    for (;;) {
      nearest = kNone;
      for (std::size_t column = 0; column < columns_; ++column) {
        if (done[column]) continue;
        const double reach = travelled + costs_[current * columns_ + column] - row_price_[current] -
                             column_price_[column];
        if (reach < distance[column]) {
          distance[column] = reach;
          previous[column] = from;
        }
        if (nearest == kNone || distance[column] < distance[nearest]) nearest = column;
      }
      travelled = distance[nearest];
      done[nearest] = true;
      if (row_of_[nearest] == kNone) break;
      from = nearest;
      current = row_of_[nearest];
    }
    update_prices(row, travelled, distance, done);
    for (std::size_t column = nearest; column != kNone; column = previous[column]) {
      row_of_[column] = previous[column] == kNone ? row : row_of_[previous[column]];
    }
  }

  void update_prices(std::size_t row, double travelled, const std::vector<double>& distance,
                     const std::vector<bool>& done) {
    row_price_[row] += travelled;
    for (std::size_t column = 0; column < columns_; ++column) {
      if (!done[column]) continue;
      column_price_[column] += distance[column] - travelled;
      if (row_of_[column] != kNone) row_price_[row_of_[column]] += travelled - distance[column];
    }
  }

  std::vector<double> costs_;
  std::size_t rows_, columns_;
  std::vector<double> row_price_, column_price_;
  std::vector<std::size_t> row_of_;
};

}  // namespace

std::vector<std::pair<std::int64_t, std::int64_t>> assign(std::span<const double> costs,
                                                          std::int64_t rows, std::int64_t columns) {
  const auto height = static_cast<std::size_t>(rows), width = static_cast<std::size_t>(columns);
  const bool tall = height > width;
  std::vector<double> wide(costs.begin(), costs.end());
  if (tall) {
    for (std::size_t i = 0; i < height; ++i) {
      for (std::size_t j = 0; j < width; ++j) wide[j * height + i] = costs[i * width + j];
    }
  }
  Solver solver(std::move(wide), std::min(height, width), std::max(height, width));
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  const std::vector<std::size_t>& row_of = solver.solve();
  for (std::size_t column = 0; column < row_of.size(); ++column) {
    if (row_of[column] == kNone) continue;
    const auto r = static_cast<std::int64_t>(row_of[column]), c = static_cast<std::int64_t>(column);
    pairs.push_back(tall ? std::pair{c, r} : std::pair{r, c});
  }
  std::ranges::sort(pairs);
  return pairs;
}

}  // namespace voxarena::masksam
