// The statistics of one block of a leaderboard.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluation/statistics/bootstrap.h"
#include "evaluation/statistics/rankings.h"
#include "evaluation/statistics/tests.h"

namespace voxarena {

struct StatisticsOptions {
  std::int64_t samples = 10000;  // of the bootstrap
  std::uint64_t seed = 1;
  double level = 0.95;  // of intervals; tests are significant below 1 - level
  int threads = 1;
  bool with_costs = true;  // ranks at a budget, which depend on measured times and memory
};

// Of the mean over cases; cases are resampled, the same for all methods.
struct Uncertainty {
  double mean = 0;
  Interval percentile, bca;
};

struct MethodStatistics {
  std::string method;
  Uncertainty overall;  // of the mean over classes of each case
  std::vector<Uncertainty> classes;
  double first = 0;            // share of resamples in which it ranks first; ties share
  Interval rank;               // over resamples
  std::vector<double> places;  // share of resamples in each place, 1 first; ties share theirs
};

// Method `a` ranks before `b`; differences are positive where `a` is better.
struct PairStatistics {
  std::size_t a = 0, b = 0;
  std::int64_t cases = 0;  // where both have a value to compare (ScoreTable::compared)
  double difference = 0;   // mean over these
  SignedRank test;
  double p_holm = 1;  // over all pairs of this metric
  double false_claim = 0.5;
};

struct MetricStatistics {
  std::string metric, flavour, unit;
  bool higher_is_better = true;
  std::vector<MethodStatistics> methods;
  std::vector<PairStatistics> pairs;
  Omnibus omnibus = {};
  double suitability = 0;  // of the data set (evaluation/statistics.h)
  double stability = 0;    // mean Kendall's tau of the resampled rankings with the ranking
};

struct RankingComparison {
  Ranking aggregate, per_case, test_based;
  double tau_aggregate_per_case = 0, tau_aggregate_test = 0, tau_per_case_test = 0;
};

struct BlockStatistics {
  std::vector<std::string> methods;
  std::vector<MetricStatistics> metrics;
  RankingComparison rankings;  // by all metrics together
};

// `tables`: one a metric, of the same methods and cases. The result does not depend on `threads`.
BlockStatistics block_statistics(const std::vector<ScoreTable>& tables,
                                 const StatisticsOptions& options);

// Of its methods, what suitability() wants to know.
std::vector<RunMeans> run_means(const ScoreTable& table);

}  // namespace voxarena
