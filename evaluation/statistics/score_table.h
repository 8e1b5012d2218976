// The values of one metric for all methods of a block on the same cases and classes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluation/leaderboard.h"
#include "evaluation/metric.h"

namespace voxarena {

struct ScoreTable {
  std::string metric, flavour, unit;
  bool higher_is_better = true;
  std::vector<std::string> methods, classes;
  std::vector<int> fold_of_case;
  std::vector<std::string> names_of_cases;
  std::vector<double> values;  // (methods, cases, classes); NaN is undefined
  // The same with FoldValues' best values for what is rightly empty; without any: as `values`.
  std::vector<double> completed = {};

  std::int64_t cases() const { return static_cast<std::int64_t>(fold_of_case.size()); }
  double at(std::size_t method, std::size_t case_index, std::size_t cls) const {
    return values[place(method, case_index, cls)];
  }
  // Of each case, the mean over the classes where the value is defined.
  std::vector<double> case_means(std::size_t method) const;

  // Values of these methods in one class of one case, to be compared with each other. What is
  // undefined for all of them stays so; beside another's value, a class that was rightly not found
  // counts as the best: who finds nothing where nothing is must not lose to who finds something.
  std::vector<double> compared(const std::vector<std::size_t>& among, std::size_t case_index,
                               std::size_t cls) const;
  // The same for each method and case: the mean over classes. NaN where none is defined.
  std::vector<std::vector<double>> compared_means(const std::vector<std::size_t>& among) const;
  std::vector<std::size_t> all_methods() const;

 private:
  std::size_t place(std::size_t method, std::size_t case_index, std::size_t cls) const {
    return (method * fold_of_case.size() + case_index) * classes.size() + cls;
  }
};

// The ranked rows of a block, with their records (`rows` as given to make_leaderboard()), in the
// order of the block. Values, and Errors, are those of fold_values().
ScoreTable score_table(const LeaderboardBlock& block, const std::vector<LeaderboardRow>& rows,
                       const Metric& metric);

}  // namespace voxarena
