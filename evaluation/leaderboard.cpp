#include "evaluation/leaderboard.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

using CaseClass = std::pair<std::string, std::string>;  // case id, class

std::string row_name(const LeaderboardRow& row) {
  return fmt::format("{}, {}, protocol {}", row.dataset, row.method, row.protocol);
}

// Values of one fold by case and class, for the metric of the table. `unusable` collects cases
// without a prediction.
std::map<CaseClass, double> fold_values(const LeaderboardRow& row, const FoldRecords& fold,
                                        const Metric& metric, std::set<std::string>& unusable) {
  const std::set<std::string> cases(fold.cases.begin(), fold.cases.end());
  std::map<CaseClass, double> values;
  for (const Record& record : fold.records) {
    const std::string where = fmt::format("{}, fold {}", row_name(row), fold.fold);
    if (record.dataset != row.dataset || record.fold != fold.fold ||
        !cases.contains(record.case_id)) {
      throw Error::input(
          fmt::format("{}: a record of {}, fold {}, case '{}' does not belong there", where,
                      record.dataset, record.fold, record.case_id),
          "the records are not of this run or its split has changed; evaluate it again");
    }
    if (std::find(row.classes.begin(), row.classes.end(), record.cls) == row.classes.end()) {
      throw Error::input(fmt::format("{}: class '{}' of the records is unknown", where, record.cls),
                         fmt::format("known are: {}", fmt::join(row.classes, ", ")));
    }
    // evaluate_case() leaves the counts of an unusable prediction undefined.
    if (record.metric == "n_pred" && std::isnan(record.value)) unusable.insert(record.case_id);
    if (record.metric == metric.name && record.flavour == metric.flavour) {
      values[{record.case_id, record.cls}] = record.value;
    }
  }
  return values;
}

RankedRow evaluate_row(LeaderboardRow row, const Metric& metric) {
  RankedRow result;
  std::vector<std::vector<double>> per_class(row.classes.size());
  std::vector<double> per_case;
  for (FoldRecords& fold : row.folds) {
    std::set<std::string> unusable;
    const std::map<CaseClass, double> values = fold_values(row, fold, metric, unusable);
    for (const std::string& id : fold.cases) {
      std::vector<double> of_case;
      for (std::size_t c = 0; c < row.classes.size(); ++c) {
        const auto found = values.find({id, row.classes[c]});
        if (found == values.end()) unusable.insert(id);
        of_case.push_back(found == values.end() ? metric.worst() : found->second);
        per_class[c].push_back(of_case.back());
      }
      per_case.push_back(nan_mean(of_case));
    }
    result.missing_cases += static_cast<std::int64_t>(unusable.size());
    fold.records.clear();
  }
  result.overall = spread(per_case);
  for (const std::vector<double>& values : per_class) result.classes.push_back(spread(values));
  result.row = std::move(row);
  return result;
}

// Sorted and checked, so that sums do not depend on the order in which rows were found.
void normalise(LeaderboardRow& row) {
  std::sort(row.folds.begin(), row.folds.end(),
            [](const auto& a, const auto& b) { return a.fold < b.fold; });
  for (std::size_t i = 0; i < row.folds.size(); ++i) {
    std::sort(row.folds[i].cases.begin(), row.folds[i].cases.end());
    if (i > 0 && row.folds[i].fold == row.folds[i - 1].fold) {
      throw Error::input(
          fmt::format("{}: fold {} is there twice", row_name(row), row.folds[i].fold),
          "name each run folder once");
    }
  }
}

// Classes, folds and cases of a block; every row must agree with them.
void add_to_block(LeaderboardBlock& block, std::map<int, std::vector<std::string>>& cases,
                  const LeaderboardRow& row) {
  if (block.rows.empty()) {
    block.classes = row.classes;
    block.protocol_summary = row.protocol_summary;
  }
  if (row.classes != block.classes) {
    throw Error::input(fmt::format("{}: classes ({}) differ from those of {} ({})", row_name(row),
                                   fmt::join(row.classes, ", "), block.rows.front().row.method,
                                   fmt::join(block.classes, ", ")),
                       "rows of one table need the same classes");
  }
  for (const RankedRow& other : block.rows) {
    if (other.row.method != row.method) continue;
    throw Error::input(fmt::format("{}: this method is there twice", row_name(row)),
                       "give one of them another name ('name' in the spec)");
  }
  for (const FoldRecords& fold : row.folds) {
    const auto [known, added] = cases.try_emplace(fold.fold, fold.cases);
    if (!added && known->second != fold.cases) {
      throw Error::input(fmt::format("{}: the cases of fold {} differ from those of the other rows",
                                     row_name(row), fold.fold),
                         "rows of one table need the same split");
    }
  }
}

void rank(LeaderboardBlock& block, const Metric& metric) {
  std::vector<double> means;
  for (RankedRow& row : block.rows) {
    for (const int fold : block.folds) {
      const bool there =
          std::any_of(row.row.folds.begin(), row.row.folds.end(),
                      [&](const FoldRecords& records) { return records.fold == fold; });
      if (!there) row.missing_folds.push_back(fold);
    }
    if (row.missing_folds.empty()) means.push_back(row.overall.mean);
  }
  const std::vector<double> ranks =
      mean_ranks(means, metric.direction == Direction::higher_is_better);
  std::size_t next = 0;
  for (RankedRow& row : block.rows) {
    if (row.missing_folds.empty()) row.rank = ranks[next++];
  }
  // Rows came sorted by name, which decides among equals; those without a rank stand last.
  std::stable_sort(block.rows.begin(), block.rows.end(),
                   [](const RankedRow& a, const RankedRow& b) {
                     return a.rank && (!b.rank || *a.rank < *b.rank);
                   });
}

}  // namespace

Leaderboard make_leaderboard(std::vector<LeaderboardRow> rows, const EvaluationSettings& settings,
                             const std::string& metric_name) {
  const Metric& metric = find_metric(metric_name);
  if (metric.direction == Direction::count) {
    throw Error::usage(fmt::format("{} is a count: nothing can be ranked by it", metric.name));
  }
  Leaderboard board{.metric = metric.name,
                    .flavour = metric.flavour,
                    .unit = metric.unit,
                    .higher_is_better = metric.direction == Direction::higher_is_better,
                    .settings = settings,
                    .blocks = {}};
  const auto block_key = [](const auto& x) {
    return std::tie(x.dataset, x.extra_information, x.supports, x.protocol);
  };
  std::sort(rows.begin(), rows.end(), [&](const LeaderboardRow& a, const LeaderboardRow& b) {
    return std::tuple_cat(block_key(a), std::tie(a.method)) <
           std::tuple_cat(block_key(b), std::tie(b.method));
  });
  std::map<int, std::vector<std::string>> cases;
  for (LeaderboardRow& row : rows) {
    if (board.blocks.empty() || block_key(board.blocks.back()) != block_key(row)) {
      LeaderboardBlock& block = board.blocks.emplace_back();
      block.dataset = row.dataset;
      block.protocol = row.protocol;
      block.extra_information = row.extra_information;
      block.supports = row.supports;
      cases.clear();
    }
    LeaderboardBlock& block = board.blocks.back();
    normalise(row);
    add_to_block(block, cases, row);
    block.rows.push_back(evaluate_row(std::move(row), metric));
    block.folds.clear();
    block.cases = 0;
    for (const auto& [fold, ids] : cases) {
      block.folds.push_back(fold);
      block.cases += static_cast<std::int64_t>(ids.size());
    }
  }
  for (LeaderboardBlock& block : board.blocks) rank(block, metric);
  return board;
}

}  // namespace voxarena
