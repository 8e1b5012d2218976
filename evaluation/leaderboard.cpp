#include "evaluation/leaderboard.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "evaluation/case_values.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

std::string row_name(const LeaderboardRow& row) {
  return fmt::format("{}, {}, protocol {}", row.dataset, row.method, row.protocol);
}

RankedRow evaluate_row(LeaderboardRow row, const Metric& metric) {
  RankedRow result;
  const std::size_t classes = row.classes.size();
  std::vector<std::vector<double>> per_class(classes);
  std::vector<double> per_case;
  for (FoldRecords& fold : row.folds) {
    const FoldValues found = fold_values(row, fold, metric);
    std::vector<double> of_fold;
    for (std::size_t i = 0; i < fold.cases.size(); ++i) {
      std::vector<double> of_case;
      for (std::size_t c = 0; c < classes; ++c) {
        of_case.push_back(found.at(i, c, classes));
        per_class[c].push_back(of_case.back());
      }
      of_fold.push_back(nan_mean(of_case));
    }
    per_case.insert(per_case.end(), of_fold.begin(), of_fold.end());
    result.fold_means.push_back(nan_mean(of_fold));
    result.missing_case_names.insert(result.missing_case_names.end(), found.unusable.begin(),
                                     found.unusable.end());
    fold.records.clear();
  }
  result.missing_cases = static_cast<std::int64_t>(result.missing_case_names.size());
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

// The spread of one method is over folds, and over the seeds of blocks that differ in nothing else.
void judge_suitability(LeaderboardBlock& block, const std::vector<LeaderboardBlock>& blocks) {
  std::vector<std::vector<RunMeans>> seeds;
  for (const LeaderboardBlock& one : blocks) {
    if (!differ_in_seed_only(block, one)) continue;
    block.seeds.push_back(one.seed);
    std::vector<RunMeans>& ranked = seeds.emplace_back();
    for (const RankedRow& row : one.rows)
      if (row.rank) ranked.push_back({row.row.method, row.overall.mean, row.fold_means});
  }
  block.suitability = suitability(seeds);
}

}  // namespace

bool differ_in_seed_only(const LeaderboardBlock& a, const LeaderboardBlock& b) {
  if (&a == &b) return true;
  return !a.apart_from_seed.empty() && a.apart_from_seed == b.apart_from_seed &&
         a.dataset == b.dataset && a.extra_information == b.extra_information &&
         a.supports == b.supports && a.seed != b.seed;
}

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
      block.apart_from_seed = row.apart_from_seed;
      block.seed = row.seed;
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
  for (LeaderboardBlock& block : board.blocks) judge_suitability(block, board.blocks);
  return board;
}

}  // namespace voxarena
