#include "evaluation/statistics/rankings.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evaluation/statistics.h"

namespace voxarena {

Ranking aggregate_then_rank(const std::vector<ScoreTable>& tables) {
  Ranking sums;
  for (const ScoreTable& table : tables) {
    std::vector<double> means;
    for (std::size_t m = 0; m < table.methods.size(); ++m)
      means.push_back(nan_mean(table.case_means(m)));
    const Ranking ranks = mean_ranks(means, table.higher_is_better);
    sums.resize(ranks.size(), 0);
    for (std::size_t m = 0; m < ranks.size(); ++m) sums[m] += ranks[m];
  }
  return mean_ranks(sums, false);
}

std::vector<Ranking> ranks_of_case(const std::vector<ScoreTable>& tables, std::size_t case_index) {
  std::vector<Ranking> rankings;
  for (const ScoreTable& table : tables) {
    for (std::size_t k = 0; k < table.classes.size(); ++k) {
      const std::vector<double> values = table.compared(table.all_methods(), case_index, k);
      const bool defined = std::any_of(values.begin(), values.end(),
                                       [](double value) { return !std::isnan(value); });
      if (defined) rankings.push_back(mean_ranks(values, table.higher_is_better));
    }
  }
  return rankings;
}

Ranking rank_then_aggregate(const std::vector<ScoreTable>& tables) {
  Ranking sums;
  if (tables.empty()) return sums;
  sums.resize(tables.front().methods.size(), 0);
  for (std::size_t c = 0; c < tables.front().fold_of_case.size(); ++c) {
    for (const Ranking& ranks : ranks_of_case(tables, c)) {
      for (std::size_t m = 0; m < ranks.size(); ++m) sums[m] += ranks[m];
    }
  }
  return mean_ranks(sums, false);
}

Ranking test_based(const std::vector<std::vector<std::vector<bool>>>& better) {
  std::vector<double> wins;
  for (const auto& of_metric : better) {
    wins.resize(of_metric.size(), 0);
    for (std::size_t a = 0; a < of_metric.size(); ++a)
      wins[a] += static_cast<double>(std::count(of_metric[a].begin(), of_metric[a].end(), true));
  }
  return mean_ranks(wins, true);
}

std::vector<bool> pareto_front(const std::vector<double>& quality, bool higher_is_better,
                               const std::vector<double>& cost) {
  const double sign = higher_is_better ? 1 : -1;
  std::vector<bool> front;
  for (std::size_t a = 0; a < quality.size(); ++a) {
    bool beaten = std::isnan(cost[a]) || std::isnan(quality[a]);
    for (std::size_t b = 0; b < quality.size() && !beaten; ++b) {
      const double gain = sign * (quality[b] - quality[a]), saving = cost[a] - cost[b];
      beaten = gain >= 0 && saving >= 0 && (gain > 0 || saving > 0);
    }
    front.push_back(!beaten);
  }
  return front;
}

Ranking equal_budget_ranks(const std::vector<double>& quality, bool higher_is_better,
                           const std::vector<double>& cost) {
  Ranking ranks;
  for (std::size_t a = 0; a < quality.size(); ++a) {
    std::vector<double> rivals = {quality[a]};
    for (std::size_t b = 0; b < quality.size(); ++b) {
      if (b != a && cost[b] <= cost[a]) rivals.push_back(quality[b]);
    }
    ranks.push_back(std::isnan(cost[a]) ? std::numeric_limits<double>::quiet_NaN()
                                        : mean_ranks(rivals, higher_is_better).front());
  }
  return ranks;
}

}  // namespace voxarena
