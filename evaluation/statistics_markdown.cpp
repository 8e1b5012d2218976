#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "evaluation/statistics_writers.h"
#include "evaluation/text_table.h"

namespace voxarena {
namespace {

constexpr const char* kNoNumber = "–";

int decimals(const MetricStatistics& metric) { return metric.unit == "1" ? 4 : 2; }

std::string number(double value, int places) {
  return std::isnan(value) ? kNoNumber : fmt::format("{:.{}f}", value, places);
}

std::string interval(const Interval& interval, int places) {
  return fmt::format("[{}, {}]", number(interval.low, places), number(interval.high, places));
}

std::string p_text(double p) { return p < 0.0001 ? "< 0.0001" : fmt::format("{:.4f}", p); }

std::string rank_text(double rank) {
  return std::isnan(rank) ? kNoNumber : fmt::format("{}", rank);
}

std::string method_table(const MetricStatistics& metric, const StatisticsOptions& options) {
  TextTable table;
  const std::string level = fmt::format("{:.0f} %", 100 * options.level);
  table.columns = {
      {"Method", true},      {"Mean " + metric_title(metric.metric, metric.flavour, metric.unit)},
      {level + " CI (BCa)"}, {level + " CI (percentile)"},
      {"P(rank 1)"},         {"Ranks, " + level}};
  for (const MethodStatistics& method : metric.methods) {
    const int places = decimals(metric);
    table.rows.push_back({markdown_text(method.method), number(method.overall.mean, places),
                          interval(method.overall.bca, places),
                          interval(method.overall.percentile, places), number(method.first, 3),
                          fmt::format("{}–{}", method.rank.low, method.rank.high)});
  }
  return table.markdown();
}

std::string pair_table(const MetricStatistics& metric) {
  TextTable table;
  table.columns = {{"Pair", true}, {"Cases"},  {"Difference"},       {"p (Wilcoxon)"},
                   {"p (Holm)"},   {"Effect"}, {"P(claim is false)"}};
  for (const PairStatistics& pair : metric.pairs) {
    table.rows.push_back({markdown_text(metric.methods[pair.a].method) + " > " +
                              markdown_text(metric.methods[pair.b].method),
                          fmt::format("{}", pair.cases), number(pair.difference, decimals(metric)),
                          p_text(pair.test.p), p_text(pair.p_holm),
                          fmt::format("{:+.2f}", pair.test.effect), p_text(pair.false_claim)});
  }
  return table.markdown();
}

std::string ranking_table(const BlockStatistics& statistics) {
  TextTable table;
  table.columns = {
      {"Ranking", true}, {"Aggregate, then rank"}, {"Rank, then aggregate"}, {"Test-based"}};
  const RankingComparison& rankings = statistics.rankings;
  for (std::size_t m = 0; m < statistics.methods.size(); ++m) {
    table.rows.push_back({markdown_text(statistics.methods[m]), rank_text(rankings.aggregate[m]),
                          rank_text(rankings.per_case[m]), rank_text(rankings.test_based[m])});
  }
  return table.markdown();
}

// Quality against one cost; empty where no row knows it.
std::string cost_table(const LeaderboardBlock& block, const MetricStatistics& metric,
                       const std::string& title, std::optional<double> RowFacts::*fact) {
  std::vector<double> quality, cost;
  bool known = false;
  for (const MethodStatistics& method : metric.methods) {
    quality.push_back(method.overall.mean);
    cost.push_back(std::nan(""));
    for (const RankedRow& row : block.rows) {
      if (row.row.method != method.method || !(row.row.facts.*fact)) continue;
      cost.back() = *(row.row.facts.*fact);
      known = true;
    }
  }
  if (!known) return {};
  const std::vector<bool> front = pareto_front(quality, metric.higher_is_better, cost);
  const Ranking ranks = equal_budget_ranks(quality, metric.higher_is_better, cost);
  TextTable table;
  table.columns = {
      {metric.metric + " against " + title, true}, {"Rank at its budget"}, {"Pareto front"}};
  for (std::size_t m = 0; m < quality.size(); ++m) {
    const bool comparable = !std::isnan(cost[m]) && !std::isnan(quality[m]);
    const char* on_front = front[m] ? "yes" : "no";
    table.rows.push_back({markdown_text(metric.methods[m].method), rank_text(ranks[m]),
                          comparable ? on_front : kNoNumber});
  }
  return table.markdown() + '\n';
}

SuitabilityWords words_of(const std::string& metric, const std::string& flavour, double value,
                          std::size_t methods, std::size_t folds, std::size_t seeds) {
  const std::string name = fmt::format("Suitability for {} ({})", metric, flavour);
  if (!std::isnan(value)) {
    const char* repetitions = seeds < 2 ? "folds" : folds < 2 ? "seeds" : "folds and seeds";
    return {fmt::format("{}: {} (spread between methods over the spread of one across {}).", name,
                        percent_text(value), repetitions),
            value < 1 ? "Below 100 %: this data set hardly tells methods apart." : ""};
  }
  const char* why = folds * seeds < 2
                        ? "it takes two folds, or two seeds, to see how much one method varies"
                    : methods < 2 ? "it takes two ranked methods"
                                  : "no method varies across folds or seeds";
  return {fmt::format("{}: unknown, {}.", name, why), ""};
}

}  // namespace

std::string SuitabilityWords::markdown() const {
  const std::string words = markdown_text(text);
  return warning.empty() ? words : fmt::format("{} **{}**", words, warning);
}

SuitabilityWords suitability_words(const MetricStatistics& metric, std::size_t folds,
                                   std::size_t seeds) {
  return words_of(metric.metric, metric.flavour, metric.suitability, metric.methods.size(), folds,
                  seeds);
}

SuitabilityWords suitability_words(const Leaderboard& board, const LeaderboardBlock& block) {
  const auto ranked = std::count_if(block.rows.begin(), block.rows.end(),
                                    [](const RankedRow& row) { return row.rank.has_value(); });
  return words_of(board.metric, board.flavour, block.suitability, static_cast<std::size_t>(ranked),
                  block.folds.size(), block.seeds.size());
}

std::string statistics_markdown(const LeaderboardBlock& block, const BlockStatistics& statistics,
                                const StatisticsOptions& options) {
  std::string text = fmt::format("## {}\n\nProtocol `{}` · {} cases\n\n",
                                 markdown_text(block.dataset), block.protocol, block.cases);
  if (!block.extra_information.empty())
    text += fmt::format("Block: {}\n\n", markdown_text(block.extra_information));
  for (const MetricStatistics& metric : statistics.metrics) {
    text += fmt::format("### {} ({})\n\n", metric.metric, metric.flavour);
    text += suitability_words(metric, block.folds.size(), block.seeds.size()).markdown() + "\n\n";
    text += method_table(metric, options) + '\n';
    if (metric.pairs.empty()) continue;
    text += pair_table(metric) + '\n';
    text += fmt::format(
        "Iman–Davenport: F = {:.3f}, p {}. Stability of the ranking (mean Kendall's tau over "
        "resamples): {}.\n\n",
        metric.omnibus.f, p_text(metric.omnibus.p), number(metric.stability, 3));
    if (!options.with_costs) continue;
    text += cost_table(block, metric, "training time", &RowFacts::train_seconds);
    text += cost_table(block, metric, "memory", &RowFacts::peak_memory_mib);
  }
  if (statistics.methods.size() < 2) return text;
  text += "### Rankings by all metrics\n\n" + ranking_table(statistics) + '\n';
  const RankingComparison& rankings = statistics.rankings;
  text += fmt::format(
      "Kendall's tau: {} (aggregate, per case), {} (aggregate, test-based), {} (per case, "
      "test-based).\n\n",
      number(rankings.tau_aggregate_per_case, 2), number(rankings.tau_aggregate_test, 2),
      number(rankings.tau_per_case_test, 2));
  return text +
         fmt::format(
             "{} resamples of the cases, the same for all methods, seed {}. Effect: "
             "matched-pairs rank-biserial correlation. P(claim is false): that the mean "
             "difference is not above 0, from Student's distribution of the paired "
             "differences. Tests are two-sided. Case by case, who rightly finds nothing of a class "
             "has its best value beside who finds some; a case that has a value for one of "
             "a pair only is not among its cases.\n",
             options.samples, options.seed);
}

}  // namespace voxarena
