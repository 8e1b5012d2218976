#include "evaluation/statistics/score_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "evaluation/case_values.h"
#include "evaluation/statistics.h"

namespace voxarena {
namespace {

// Place of each case: folds in order, cases of a fold by name.
struct CaseIndex {
  std::unordered_map<std::string, std::size_t> place;  // "fold/case"
  std::vector<int> folds;
  std::vector<std::string> names;

  static std::string key(int fold, const std::string& id) {
    return std::to_string(fold) + '/' + id;
  }
};

CaseIndex index_cases(const LeaderboardRow& row) {
  std::vector<const FoldRecords*> folds;
  for (const FoldRecords& fold : row.folds) folds.push_back(&fold);
  std::sort(folds.begin(), folds.end(),
            [](const FoldRecords* a, const FoldRecords* b) { return a->fold < b->fold; });
  CaseIndex index;
  for (const FoldRecords* fold : folds) {
    std::vector<std::string> cases = fold->cases;
    std::sort(cases.begin(), cases.end());
    for (const std::string& id : cases) {
      index.place[CaseIndex::key(fold->fold, id)] = index.folds.size();
      index.folds.push_back(fold->fold);
      index.names.push_back(id);
    }
  }
  return index;
}

const LeaderboardRow* find_row(const std::vector<LeaderboardRow>& rows,
                               const LeaderboardBlock& block, const std::string& method) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const LeaderboardRow& row) {
    return row.method == method && row.dataset == block.dataset && row.protocol == block.protocol &&
           row.extra_information == block.extra_information;
  });
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

std::vector<double> ScoreTable::case_means(std::size_t method) const {
  return compared_means({method}).front();  // alone, it has no values to be compared with
}

std::vector<double> ScoreTable::compared(const std::vector<std::size_t>& among,
                                         std::size_t case_index, std::size_t cls) const {
  std::vector<double> found;
  for (const std::size_t method : among) found.push_back(at(method, case_index, cls));
  const bool defined =
      std::any_of(found.begin(), found.end(), [](double value) { return !std::isnan(value); });
  if (!defined || completed.empty()) return found;
  for (std::size_t i = 0; i < among.size(); ++i)
    found[i] = completed[place(among[i], case_index, cls)];
  return found;
}

std::vector<std::vector<double>> ScoreTable::compared_means(
    const std::vector<std::size_t>& among) const {
  std::vector<std::vector<double>> means(among.size());
  for (std::size_t c = 0; c < fold_of_case.size(); ++c) {
    std::vector<std::vector<double>> of_method(among.size());
    for (std::size_t k = 0; k < classes.size(); ++k) {
      const std::vector<double> found = compared(among, c, k);
      for (std::size_t i = 0; i < among.size(); ++i) of_method[i].push_back(found[i]);
    }
    for (std::size_t i = 0; i < among.size(); ++i) means[i].push_back(nan_mean(of_method[i]));
  }
  return means;
}

std::vector<std::size_t> ScoreTable::all_methods() const {
  std::vector<std::size_t> all(methods.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

ScoreTable score_table(const LeaderboardBlock& block, const std::vector<LeaderboardRow>& rows,
                       const Metric& metric) {
  ScoreTable table{.metric = metric.name,
                   .flavour = metric.flavour,
                   .unit = metric.unit,
                   .higher_is_better = metric.direction == Direction::higher_is_better,
                   .methods = {},
                   .classes = block.classes,
                   .fold_of_case = {},
                   .names_of_cases = {},
                   .values = {},
                   .completed = {}};
  const std::size_t classes = table.classes.size();
  for (const RankedRow& ranked : block.rows) {
    const LeaderboardRow* row = ranked.rank ? find_row(rows, block, ranked.row.method) : nullptr;
    if (row == nullptr) continue;
    const CaseIndex index = index_cases(*row);
    table.methods.push_back(row->method);
    table.fold_of_case = index.folds;
    table.names_of_cases = index.names;
    const std::size_t start = table.values.size();
    table.values.resize(start + index.folds.size() * classes);
    table.completed.resize(table.values.size());
    for (const FoldRecords& fold : row->folds) {
      const FoldValues found = fold_values(*row, fold, metric);
      for (std::size_t i = 0; i < fold.cases.size(); ++i) {
        const std::size_t place = index.place.at(CaseIndex::key(fold.fold, fold.cases[i]));
        for (std::size_t c = 0; c < classes; ++c) {
          table.values[start + place * classes + c] = found.at(i, c, classes);
          table.completed[start + place * classes + c] = found.completed[i * classes + c];
        }
      }
    }
  }
  return table;
}

}  // namespace voxarena
