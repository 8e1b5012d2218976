#include "benchmark/compare_numbers.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "benchmark/tables.h"
#include "evaluation/leaderboard.h"
#include "evaluation/metric.h"
#include "evaluation/statistics.h"
#include "evaluation/statistics/score_table.h"
#include "evaluation/text_table.h"

namespace voxarena {
namespace {

// Cases without a usable prediction, which count as the worst value.
void note_missing_cases(const LeaderboardBlock& block, DatasetComparison& result) {
  for (const RankedRow& row : block.rows) {
    if (row.missing_cases == 0) continue;
    result.notes.push_back(
        fmt::format("{}: {} of {} cases have no usable prediction and count as "
                    "the worst value",
                    row.row.method, row.missing_cases, block.cases));
  }
}

MetricComparison compare_metric(const ScoreTable& table, std::size_t a, std::size_t b,
                                const StatisticsOptions& options) {
  MetricComparison result{.metric = table.metric,
                          .flavour = table.flavour,
                          .unit = table.unit,
                          .higher_is_better = table.higher_is_better,
                          .interval = {}};
  const std::vector<std::vector<double>> compared = table.compared_means({a, b});
  std::vector<double> differences;
  for (std::size_t c = 0; c < compared[0].size(); ++c)
    differences.push_back(compared[0][c] - compared[1][c]);
  CaseValues values{.cases = table.cases(), .quantities = 1, .values = differences};
  const Spread paired = spread(differences);
  result.all_cases = table.cases();
  result.cases = paired.count;
  result.a = nan_mean(table.case_means(a));
  result.b = nan_mean(table.case_means(b));
  result.difference = paired.mean;
  result.interval =
      bca_interval(bootstrap_means(values, options.samples, options.seed, options.threads),
                   differences, options.level);
  result.p = signed_rank_test(differences).p;
  const double sign = table.higher_is_better ? 1 : -1;
  std::vector<double> gains = differences;  // positive where the better one is better
  for (double& gain : gains) gain *= result.difference * sign < 0 ? -sign : sign;
  result.false_claim = false_claim_probability(gains);
  result.suitability = suitability({run_means(table)});
  const bool outside = result.interval.low > 0 || result.interval.high < 0;
  if (result.p < 1 - options.level && outside)
    result.better = result.difference * sign > 0 ? 1 : -1;
  return result;
}

bool has_records(const std::vector<LeaderboardRow>& rows, const Metric& metric) {
  return std::all_of(rows.begin(), rows.end(), [&](const LeaderboardRow& row) {
    return std::all_of(row.folds.begin(), row.folds.end(), [&](const FoldRecords& fold) {
      return std::any_of(fold.records.begin(), fold.records.end(), [&](const Record& record) {
        return record.metric == metric.name && record.flavour == metric.flavour;
      });
    });
  });
}

}  // namespace

void compare_numbers(const std::vector<FinishedRun>& a, const std::vector<FinishedRun>& b,
                     const CompareOptions& options, DatasetComparison& result) {
  std::vector<LeaderboardRow> rows = {collect_rows(a).front(), collect_rows(b).front()};
  rows[0].method = "A";
  rows[1].method = "B";
  for (LeaderboardRow& row : rows) {
    row.protocol = row.extra_information = "";
    row.supports = 0;
  }
  bool comparable = rows[0].classes == rows[1].classes && rows[0].evaluation == rows[1].evaluation;
  for (std::size_t i = 0; i < rows[0].folds.size(); ++i) {
    std::vector<std::string> x = rows[0].folds[i].cases, y = rows[1].folds[i].cases;
    std::sort(x.begin(), x.end());
    std::sort(y.begin(), y.end());
    comparable = comparable && x == y;
  }
  if (!comparable) return;
  for (const std::string& key : options.metrics) {
    const Metric metric = find_metric(key);
    if (!has_records(rows, metric)) continue;
    const Leaderboard board = make_leaderboard(rows, rows.front().evaluation, key);
    const LeaderboardBlock& block = board.blocks.front();
    if (result.metrics.empty()) note_missing_cases(block, result);
    const ScoreTable table = score_table(block, rows, metric);
    const std::size_t place_of_a = table.methods.front() == "A" ? 0 : 1;
    result.metrics.push_back(compare_metric(table, place_of_a, 1 - place_of_a, options.statistics));
  }
}

void judge_numbers(const CompareOptions& options, DatasetComparison& result) {
  if (result.metrics.empty()) {
    for (const Rule rule : {Rule::enough_data, Rule::same_reports})
      add_reason(result.against, rule, "no number of the two can be compared");
    return;
  }
  const MetricComparison& first = result.metrics.front();
  if (first.better == 0) {
    add_reason(
        result.against, Rule::enough_data,
        fmt::format("the difference in {} may be chance (p = {:.2g}, interval [{:.4f}, {:.4f}])",
                    first.metric, first.p, first.interval.low, first.interval.high));
  }
  for (const MetricComparison& one : result.metrics) {
    if (one.cases < one.all_cases) {
      add_note(result,
               fmt::format("{}: {} of {} cases have a value for one of the two only, or for "
                           "none, and are not compared",
                           one.metric, one.all_cases - one.cases, one.all_cases));
    }
    if (one.better != 0 && (one.a - one.b) * one.difference < 0) {
      add_reason(result.against, Rule::enough_data,
                 fmt::format("{}: the means say the contrary of the cases one by one", one.metric));
    }
  }
  for (const MetricComparison& other : result.metrics) {
    if (first.better * other.better >= 0) continue;
    add_reason(result.against, Rule::same_reports,
               fmt::format("{} says the contrary of {}", other.metric, first.metric));
  }
  const bool boundary =
      std::any_of(result.metrics.begin(), result.metrics.end(), [](const MetricComparison& metric) {
        return is_boundary_metric(metric.metric + ":" + metric.flavour);
      });
  if (!boundary) {
    add_reason(result.against, Rule::same_reports,
               fmt::format("no boundary metric stands beside {} (metrics: {})", first.metric,
                           fmt::join(options.metrics, ", ")));
  }
  if (result.folds.size() < 2) {
    result.notes.emplace_back("one fold: whether the data set can tell methods apart is not known");
  } else if (first.suitability < 1) {
    result.notes.push_back(
        fmt::format("the two differ less than one of them between folds (suitability {})",
                    percent_text(first.suitability)));
  }
}

}  // namespace voxarena
