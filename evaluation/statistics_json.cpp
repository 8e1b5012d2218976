#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluation/statistics_writers.h"

namespace voxarena {
namespace {

// Undefined and infinite numbers are null.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json interval_json(const Interval& interval) {
  return Json::array({number(interval.low), number(interval.high)});
}

Json uncertainty_json(const Uncertainty& value) {
  return {{"mean", number(value.mean)},
          {"percentile", interval_json(value.percentile)},
          {"bca", interval_json(value.bca)}};
}

Json pair_json(const MetricStatistics& metric, const PairStatistics& pair) {
  return {{"a", metric.methods[pair.a].method},
          {"b", metric.methods[pair.b].method},
          {"cases", pair.cases},
          {"difference", number(pair.difference)},
          {"p_wilcoxon", number(pair.test.p)},
          {"p_holm", number(pair.p_holm)},
          {"effect", number(pair.test.effect)},
          {"p_claim_is_false", number(pair.false_claim)}};
}

Json metric_json(const LeaderboardBlock& block, const MetricStatistics& metric) {
  Json json = {{"metric", metric.metric},
               {"flavour", metric.flavour},
               {"suitability", number(metric.suitability)},
               {"stability", number(metric.stability)},
               {"omnibus",
                {{"chi_squared", number(metric.omnibus.chi_squared)},
                 {"p_friedman", number(metric.omnibus.p_friedman)},
                 {"f", number(metric.omnibus.f)},
                 {"p", number(metric.omnibus.p)}}},
               {"methods", Json::array()},
               {"pairs", Json::array()}};
  for (const MethodStatistics& method : metric.methods) {
    Json entry = {{"method", method.method},          {"overall", uncertainty_json(method.overall)},
                  {"p_rank_1", number(method.first)}, {"rank_interval", interval_json(method.rank)},
                  {"p_places", method.places},        {"classes", Json::object()}};
    for (std::size_t k = 0; k < method.classes.size(); ++k)
      entry["classes"][block.classes[k]] = uncertainty_json(method.classes[k]);
    json["methods"].push_back(std::move(entry));
  }
  for (const PairStatistics& pair : metric.pairs) json["pairs"].push_back(pair_json(metric, pair));
  return json;
}

Json rankings_json(const RankingComparison& rankings) {
  return {{"aggregate_then_rank", rankings.aggregate},
          {"rank_then_aggregate", rankings.per_case},
          {"test_based", rankings.test_based},
          {"tau",
           {{"aggregate_per_case", number(rankings.tau_aggregate_per_case)},
            {"aggregate_test", number(rankings.tau_aggregate_test)},
            {"per_case_test", number(rankings.tau_per_case_test)}}}};
}

}  // namespace

Json statistics_json(const LeaderboardBlock& block, const BlockStatistics& statistics,
                     const StatisticsOptions& options) {
  Json json = {{"dataset", block.dataset},
               {"protocol", block.protocol},
               {"extra_information", block.extra_information},
               {"cases", block.cases},
               {"samples", options.samples},
               {"seed", options.seed},
               {"level", options.level},
               {"methods", statistics.methods},
               {"metrics", Json::array()},
               {"rankings", rankings_json(statistics.rankings)}};
  for (const MetricStatistics& metric : statistics.metrics)
    json["metrics"].push_back(metric_json(block, metric));
  return json;
}

}  // namespace voxarena
