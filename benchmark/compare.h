// Two runs side by side: every key of their manifests that differs, the numbers, and whether a
// table may call one of them better (docs/protocol.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "benchmark/fairness.h"
#include "benchmark/finished_runs.h"
#include "evaluation/statistics/block_statistics.h"

namespace voxarena {

// What a differing key means for a comparison.
enum class KeyKind : std::uint8_t {
  protocol,     // must be equal
  information,  // what one of them was given and the other was not
  method,       // what is compared
  cost,         // parameters, time, memory: the price of the difference
  machine,      // where it ran
};
const char* to_string(KeyKind kind);

struct KeyDifference {
  std::string key;  // dotted: "protocol.budget.iterations"
  KeyKind kind = KeyKind::method;
  std::map<int, std::pair<Json, Json>> values;  // by fold; null where a side lacks the key
};

struct Reason {
  Rule rule = Rule::one_change;
  std::string text;
};

// One metric over the cases that both have, mean over classes of each case first. Means leave out
// what is undefined; case by case, ScoreTable::compared() says what that counts.
struct MetricComparison {
  std::string metric, flavour, unit;
  bool higher_is_better = true;
  std::int64_t cases = 0, all_cases = 0;  // where the two can be compared, and of the folds
  double a = 0, b = 0;                    // means
  double difference = 0;                  // mean of a - b over `cases`
  Interval interval;                      // of the difference, BCa
  double p = 1;                           // Wilcoxon, two-sided
  double false_claim = .5;                // that the one with the better mean is better
  double suitability = 0;  // spread between the two over their spread across folds; NaN: one fold
  int better = 0;          // 1: a, -1: b, 0: the difference may be chance
};

struct DatasetComparison {
  std::string dataset;
  std::vector<int> folds;  // that both have
  std::vector<KeyDifference> differences;
  std::vector<Reason> against;            // why none may be called better
  std::vector<std::string> notes;         // what must be said beside the numbers
  std::vector<MetricComparison> metrics;  // the first decides; empty if nothing can be compared
  int better = 0;                         // 1: a may be called better, -1: b, 0: neither
};

struct Comparison {
  std::string a, b;  // names
  std::vector<DatasetComparison> datasets;
  std::vector<Reason> against_general;  // a claim beyond single data sets
  int better = 0;
};

// Each text once.
void add_reason(std::vector<Reason>& reasons, Rule rule, const std::string& text);
void add_note(DatasetComparison& result, const std::string& note);

struct CompareOptions {
  std::vector<std::string> metrics = {"Dice", "NSD"};
  // Dotted keys that a claim is about ("method.options.depth"); any other difference than these
  // refuses it. Empty: the method as a whole.
  std::vector<std::string> factors;
  StatisticsOptions statistics;
};

// `a` and `b`: finished runs of one method each, on any data sets and folds. Error (input) if a
// side has runs of several methods, or a data set and fold twice, or if they share no data set;
// Error (usage) for a count among the metrics.
Comparison compare_runs(const std::vector<FinishedRun>& a, const std::vector<FinishedRun>& b,
                        const CompareOptions& options);

// For a terminal; `level` is that of the intervals.
std::string comparison_text(const Comparison& comparison, double level = 0.95);
Json comparison_json(const Comparison& comparison);

}  // namespace voxarena
