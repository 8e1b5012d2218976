#include "evaluation/statistics/block_statistics.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "evaluation/statistics.h"
#include "voxarena/core/parallel.h"

namespace voxarena {
namespace {

// For each case, of each method the mean over classes and then each class.
CaseValues quantities(const ScoreTable& table) {
  const std::size_t methods = table.methods.size(), classes = table.classes.size();
  CaseValues result{.cases = table.cases(),
                    .quantities = static_cast<std::int64_t>(methods * (classes + 1)),
                    .values = {}};
  std::vector<std::vector<double>> means;
  for (std::size_t m = 0; m < methods; ++m) means.push_back(table.case_means(m));
  for (std::size_t c = 0; c < table.fold_of_case.size(); ++c) {
    for (std::size_t m = 0; m < methods; ++m) {
      result.values.push_back(means[m][c]);
      for (std::size_t k = 0; k < classes; ++k) result.values.push_back(table.at(m, c, k));
    }
  }
  return result;
}

void add_uncertainty(const CaseValues& values, const std::vector<double>& means,
                     const StatisticsOptions& options, MetricStatistics& result) {
  const std::size_t per_method = result.methods.front().classes.size() + 1;
  parallel_for(values.quantities, options.threads, [&](std::int64_t q) {
    std::vector<double> column;
    for (std::int64_t c = 0; c < values.cases; ++c)
      column.push_back(values.values[static_cast<std::size_t>(c * values.quantities + q)]);
    const auto from = means.begin() + q * options.samples;
    const std::vector<double> of_quantity(from, from + options.samples);
    const auto i = static_cast<std::size_t>(q);
    MethodStatistics& method = result.methods[i / per_method];
    Uncertainty& target = i % per_method == 0 ? method.overall : method.classes[i % per_method - 1];
    target = {nan_mean(column), percentile_interval(of_quantity, options.level),
              bca_interval(of_quantity, column, options.level)};
  });
}

// Counts the places that a method has in a ranking: with equals it shares all of theirs.
void add_places(const Ranking& ranks, std::size_t method, std::vector<double>& places) {
  const auto equals = std::count(ranks.begin(), ranks.end(), ranks[method]);
  const auto first = std::llround(ranks[method] - static_cast<double>(equals - 1) / 2) - 1;
  places.resize(ranks.size());
  for (auto place = first; place < first + equals; ++place)
    places[static_cast<std::size_t>(place)] += 1 / static_cast<double>(equals);
}

void add_ranks(const std::vector<double>& means, const StatisticsOptions& options,
               MetricStatistics& result) {
  const std::size_t methods = result.methods.size();
  const std::size_t per_method = result.methods.front().classes.size() + 1;
  const auto samples = static_cast<std::size_t>(options.samples);
  std::vector<double> observed;
  for (const MethodStatistics& method : result.methods) observed.push_back(method.overall.mean);
  const Ranking ranking = mean_ranks(observed, result.higher_is_better);
  std::vector<std::vector<double>> ranks(methods, std::vector<double>(samples));
  std::vector<double> taus;
  for (std::size_t s = 0; s < samples; ++s) {
    std::vector<double> of_sample;
    for (std::size_t m = 0; m < methods; ++m)
      of_sample.push_back(means[m * per_method * samples + s]);
    const Ranking resampled = mean_ranks(of_sample, result.higher_is_better);
    const double best = *std::min_element(resampled.begin(), resampled.end());
    const auto sharing = static_cast<double>(std::count(resampled.begin(), resampled.end(), best));
    for (std::size_t m = 0; m < methods; ++m) {
      ranks[m][s] = resampled[m];
      add_places(resampled, m, result.methods[m].places);
      if (resampled[m] == best) result.methods[m].first += 1 / sharing;
    }
    taus.push_back(kendall_tau(ranking, resampled));
  }
  for (MethodStatistics& method : result.methods) {
    method.first /= static_cast<double>(samples);
    for (double& share : method.places) share /= static_cast<double>(samples);
  }
  for (std::size_t m = 0; m < methods; ++m)
    result.methods[m].rank = percentile_interval(ranks[m], options.level);
  result.stability = nan_mean(taus);
}

void add_pairs(const ScoreTable& table, MetricStatistics& result) {
  const double sign = table.higher_is_better ? 1 : -1;
  std::vector<double> p;
  for (std::size_t a = 0; a < table.methods.size(); ++a) {
    for (std::size_t b = a + 1; b < table.methods.size(); ++b) {
      const std::vector<std::vector<double>> means = table.compared_means({a, b});
      std::vector<double> differences;
      for (std::size_t c = 0; c < means[0].size(); ++c)
        differences.push_back(sign * (means[0][c] - means[1][c]));
      const Spread compared = spread(differences);
      PairStatistics pair;
      pair.a = a;
      pair.b = b;
      pair.cases = compared.count;
      pair.difference = compared.mean;
      pair.test = signed_rank_test(differences);
      pair.false_claim = false_claim_probability(differences);
      p.push_back(pair.test.p);
      result.pairs.push_back(pair);
    }
  }
  const std::vector<double> adjusted = holm(p);
  for (std::size_t i = 0; i < adjusted.size(); ++i) result.pairs[i].p_holm = adjusted[i];
  // The omnibus test ranks the methods on each case.
  const std::vector<std::vector<double>> means = table.compared_means(table.all_methods());
  std::vector<std::vector<double>> ranks;
  for (std::size_t c = 0; c < table.fold_of_case.size(); ++c) {
    std::vector<double> values;
    for (const std::vector<double>& method : means) values.push_back(method[c]);
    if (std::none_of(values.begin(), values.end(), [](double v) { return std::isnan(v); }))
      ranks.push_back(mean_ranks(values, table.higher_is_better));
  }
  result.omnibus = friedman_test(ranks);
}

MetricStatistics metric_statistics(const ScoreTable& table, const StatisticsOptions& options) {
  MetricStatistics result{.metric = table.metric,
                          .flavour = table.flavour,
                          .unit = table.unit,
                          .higher_is_better = table.higher_is_better,
                          .methods = {},
                          .pairs = {},
                          .omnibus = {}};
  for (const std::string& method : table.methods) {
    MethodStatistics& added = result.methods.emplace_back();
    added.method = method;
    added.classes.resize(table.classes.size());
  }
  const CaseValues values = quantities(table);
  const std::vector<double> means =
      bootstrap_means(values, options.samples, options.seed, options.threads);
  add_uncertainty(values, means, options, result);
  add_ranks(means, options, result);
  add_pairs(table, result);
  result.suitability = suitability({run_means(table)});
  return result;
}

// [a][b]: a is significantly better than b.
std::vector<std::vector<bool>> better(const MetricStatistics& metric, double alpha) {
  const std::size_t methods = metric.methods.size();
  std::vector<std::vector<bool>> result(methods, std::vector<bool>(methods, false));
  for (const PairStatistics& pair : metric.pairs) {
    if (pair.p_holm >= alpha) continue;
    if (pair.test.r_plus > pair.test.r_minus) result[pair.a][pair.b] = true;
    if (pair.test.r_plus < pair.test.r_minus) result[pair.b][pair.a] = true;
  }
  return result;
}

}  // namespace

std::vector<RunMeans> run_means(const ScoreTable& table) {
  std::vector<RunMeans> out;
  for (std::size_t m = 0; m < table.methods.size(); ++m) {
    const std::vector<double> values = table.case_means(m);
    std::map<int, std::vector<double>> folds;
    for (std::size_t c = 0; c < values.size(); ++c)
      folds[table.fold_of_case[c]].push_back(values[c]);
    RunMeans run{table.methods[m], nan_mean(values), {}};
    for (const auto& [fold, of_fold] : folds) run.folds.push_back(nan_mean(of_fold));
    out.push_back(std::move(run));
  }
  return out;
}

BlockStatistics block_statistics(const std::vector<ScoreTable>& tables,
                                 const StatisticsOptions& options) {
  BlockStatistics result;
  if (tables.empty() || tables.front().methods.empty() || tables.front().cases() == 0)
    return result;
  result.methods = tables.front().methods;
  std::vector<std::vector<std::vector<bool>>> wins;
  for (const ScoreTable& table : tables) {
    result.metrics.push_back(metric_statistics(table, options));
    wins.push_back(better(result.metrics.back(), 1 - options.level));
  }
  RankingComparison& rankings = result.rankings;
  rankings.aggregate = aggregate_then_rank(tables);
  rankings.per_case = rank_then_aggregate(tables);
  rankings.test_based = test_based(wins);
  rankings.tau_aggregate_per_case = kendall_tau(rankings.aggregate, rankings.per_case);
  rankings.tau_aggregate_test = kendall_tau(rankings.aggregate, rankings.test_based);
  rankings.tau_per_case_test = kendall_tau(rankings.per_case, rankings.test_based);
  return result;
}

}  // namespace voxarena
