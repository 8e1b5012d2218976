#include "plugins/masksam/assignment.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "tests/plugins/masksam/golden.h"
#include "voxarena/core/random.h"

namespace voxarena::masksam::testing {
namespace {

struct Problem {
  std::int64_t rows, columns;
  std::vector<double> costs;

  double at(std::int64_t row, std::int64_t column) const {
    return costs[static_cast<std::size_t>(row * columns + column)];
  }
};

double total(const Problem& problem) {
  double sum = 0;
  std::set<std::int64_t> rows, columns;
  for (const auto& [row, column] : assign(problem.costs, problem.rows, problem.columns)) {
    sum += problem.at(row, column);
    rows.insert(row);
    columns.insert(column);
  }
  const auto expected = static_cast<std::size_t>(std::min(problem.rows, problem.columns));
  EXPECT_EQ(rows.size(), expected);
  EXPECT_EQ(columns.size(), expected);
  return sum;
}

// losses.py's assignment_cases().
Problem golden_problem(std::uint32_t index) {
  NumpyRandom random(index);
  Problem p;
  p.rows = 1 + random.word() % 24;
  p.columns = 1 + random.word() % 17;
  for (std::int64_t i = 0; i < p.rows * p.columns; ++i) p.costs.push_back(random.word());
  const auto width = static_cast<std::size_t>(p.columns);
  const std::vector<double> first(p.costs.begin(), p.costs.begin() + p.columns);
  for (std::size_t i = 0; i < p.costs.size(); ++i) {
    double& cost = p.costs[i];
    constexpr double kWords = 4294967296.0, kLarge = 1e6, kSame = 7;
    switch (index % 5) {
      case 0: cost /= kWords; break;                                        // continuous
      case 1: cost = std::fmod(cost, 3); break;                             // many ties
      case 2: cost = kSame; break;                                          // all alike
      case 3: cost = (cost / kWords - 0.5) * kLarge; break;                 // negative, large
      default: cost = std::min(cost, first[i % width]) / 1048576.0; break;  // repeated rows
    }
  }
  return p;
}

TEST(Assignment, CostsWhatScipyFinds) {
  const auto expected = golden()["assignment"].get<std::vector<double>>();
  ASSERT_EQ(expected.size(), 1000U);
  for (std::uint32_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(total(golden_problem(i)), expected[i], 1e-9 * (1 + std::abs(expected[i])))
        << "problem " << i;
  }
}

TEST(Assignment, CostsTheLeastOfAllPermutations) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    NumpyRandom random(seed);
    Problem p{5, 5, {}};
    for (int i = 0; i < 25; ++i) p.costs.push_back(random.word() % 100);
    std::vector<std::int64_t> order(5);
    std::iota(order.begin(), order.end(), 0);
    double least = std::numeric_limits<double>::infinity();
    do {
      double sum = 0;
      for (std::int64_t row = 0; row < 5; ++row)
        sum += p.at(row, order[static_cast<std::size_t>(row)]);
      least = std::min(least, sum);
    } while (std::ranges::next_permutation(order).found);
    EXPECT_EQ(total(p), least);
  }
}

TEST(Assignment, OfNothingIsEmpty) {
  EXPECT_TRUE(assign({}, 0, 3).empty());
  EXPECT_TRUE(assign({}, 3, 0).empty());
}

}  // namespace
}  // namespace voxarena::masksam::testing
