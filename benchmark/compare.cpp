#include "benchmark/compare.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "benchmark/compare_numbers.h"
#include "benchmark/manifest_keys.h"
#include "evaluation/metric.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr std::size_t kDataSetsForGeneralClaim = 3;

using RunsByPlace = std::map<std::pair<std::string, int>, const FinishedRun*>;

std::string text_of(const Json& manifest, const char* key) {
  return manifest.at(key).get<std::string>();
}

// Runs of one side by data set and fold.
RunsByPlace index_runs(const std::vector<FinishedRun>& runs) {
  RunsByPlace index;
  for (const FinishedRun& run : runs) {
    const Json& first = runs.front().manifest;
    if (run.manifest.at("name") != first.at("name")) {
      throw Error::input(fmt::format("{}: a run of '{}' beside one of '{}'", run.folder.string(),
                                     text_of(run.manifest, "name"), text_of(first, "name")),
                         "name the folder of one method: RESULTS/<data set>/<protocol>/<method>, "
                         "or one fold of it");
    }
    const auto [there, added] = index.try_emplace(
        {text_of(run.manifest, "dataset"), run.manifest.at("fold").get<int>()}, &run);
    if (!added) {
      throw Error::input(fmt::format("{} and {}: two runs of the same fold",
                                     there->second->folder.string(), run.folder.string()),
                         "name the folder of one protocol");
    }
  }
  return index;
}

// Folds of one data set on one side.
std::vector<FinishedRun> select_runs_of(const RunsByPlace& index, const std::string& dataset,
                                        const std::vector<int>& folds) {
  std::vector<FinishedRun> out;
  for (const int fold : folds) out.push_back(*index.at({dataset, fold}));
  return out;
}

bool is_factor(const std::string& key, const CompareOptions& options) {
  return std::any_of(
      options.factors.begin(), options.factors.end(),
      [&](const std::string& factor) { return key == factor || key.starts_with(factor + "."); });
}

// Names of things, which may differ whatever a claim is about.
bool is_label(const std::string& key) {
  static const std::set<std::string> labels = {"name", "citation", "licence", "protocol_id"};
  return labels.contains(key) || key.starts_with("label_files.") || key.starts_with("weights.");
}

// The harness's own footnotes repeat the options of a method: those that differ are keys
// themselves.
bool repeats_options(const KeyDifference& difference) {
  const auto repeats = [](const Json& list) {
    return list.is_array() && std::all_of(list.begin(), list.end(), [](const Json& line) {
             const auto text = line.get<std::string>();
             return text.starts_with("options: ") || text.starts_with("trained on the supports: ");
           });
  };
  return difference.key == "deviations" &&
         std::all_of(difference.values.begin(), difference.values.end(), [&](const auto& of_fold) {
           return repeats(of_fold.second.first) && repeats(of_fold.second.second);
         });
}

bool undeclared(const KeyDifference& difference) {
  const auto& [a, b] = difference.values.begin()->second;
  return a.is_null() || b.is_null();
}

void add_deviations(const std::string& who, const Json& list, DatasetComparison& result) {
  for (const Json& deviation : list)
    add_note(result, fmt::format("{} deviates: {}", who, deviation.get<std::string>()));
}

// Rules that differing keys break.
void judge_keys(DatasetComparison& result, const CompareOptions& options) {
  std::map<std::pair<Rule, std::string>, std::vector<std::string>> broken;
  for (const KeyDifference& difference : result.differences) {
    if (is_factor(difference.key, options)) continue;
    const KeyMeaning meaning = meaning_of(difference.key);
    if (meaning.kind == KeyKind::information && undeclared(difference)) continue;  // judge_run()
    if (meaning.broken) {
      broken[{*meaning.broken, meaning.reason}].push_back(difference.key);
    } else if (!options.factors.empty() && meaning.kind == KeyKind::method &&
               !is_label(difference.key) && !repeats_options(difference)) {
      broken[{Rule::one_change, "more differs than what the claim is about"}].push_back(
          difference.key);
    } else if (difference.key == "deviations") {
      for (const auto& [fold, lists] : difference.values) {
        add_deviations("A", lists.first, result);
        add_deviations("B", lists.second, result);
      }
    }
  }
  for (const auto& [rule, keys] : broken)
    add_reason(result.against, rule.first,
               fmt::format("{} ({})", rule.second, fmt::join(keys, ", ")));
}

// Rules that one run breaks by itself.
void judge_run(const FinishedRun& run, const std::string& who, DatasetComparison& result) {
  for (const Factor& factor : find_factors(run.manifest)) {
    if (factor.undeclared)
      add_reason(result.against, factor.rule,
                 fmt::format("{} does not declare its {}", who, factor.block));
    if (!factor.undeclared && factor.rule == Rule::same_care)
      add_reason(result.against, factor.rule, fmt::format("{} was {}", who, factor.block));
  }
  for (const Json& note : information_of(run.manifest).value("notes", Json::array()))
    add_note(result, fmt::format("{}: {}", who, note.get<std::string>()));
}

DatasetComparison compare_dataset(const RunsByPlace& a, const RunsByPlace& b,
                                  const std::string& dataset, const CompareOptions& options) {
  DatasetComparison result;
  result.dataset = dataset;
  std::vector<int> only_one;
  for (const RunsByPlace* side : {&a, &b}) {
    const RunsByPlace& other = side == &a ? b : a;
    for (const auto& [place, run] : *side) {
      if (place.first != dataset) continue;
      if (!other.contains(place)) {
        only_one.push_back(place.second);
      } else if (side == &a) {
        result.folds.push_back(place.second);
      }
    }
  }
  if (!only_one.empty())
    add_reason(result.against, Rule::same_reports,
               fmt::format("only one of them has fold {}", fmt::join(only_one, ", ")));
  if (result.folds.empty()) return result;
  for (const int fold : result.folds) {
    const FinishedRun &left = *a.at({dataset, fold}), &right = *b.at({dataset, fold});
    for (KeyDifference& difference : differing_keys(left.manifest, right.manifest, fold)) {
      const auto known =
          std::find_if(result.differences.begin(), result.differences.end(),
                       [&](const KeyDifference& one) { return one.key == difference.key; });
      if (known == result.differences.end()) {
        result.differences.push_back(std::move(difference));
      } else {
        known->values.merge(difference.values);
      }
    }
    judge_run(left, "A", result);
    judge_run(right, "B", result);
  }
  judge_keys(result, options);
  compare_numbers(select_runs_of(a, dataset, result.folds),
                  select_runs_of(b, dataset, result.folds), options, result);
  judge_numbers(options, result);
  if (result.against.empty()) result.better = result.metrics.front().better;
  return result;
}

// P3: a claim beyond single data sets needs several that can tell methods apart, all saying the
// same.
void judge_general_claim(Comparison& comparison) {
  std::size_t telling = 0;
  std::set<int> winners;
  for (const DatasetComparison& one : comparison.datasets) {
    if (one.better != 0) winners.insert(one.better);
    if (one.better != 0 && one.metrics.front().suitability > 1) ++telling;
  }
  if (telling < kDataSetsForGeneralClaim) {
    add_reason(comparison.against_general, Rule::enough_data,
               fmt::format("{} of {} data sets show a difference with a suitability above 100 %, a "
                           "general claim needs {}",
                           telling, comparison.datasets.size(), kDataSetsForGeneralClaim));
  }
  if (winners.size() > 1)
    add_reason(comparison.against_general, Rule::enough_data, "data sets contradict each other");
  if (comparison.against_general.empty() && !winners.empty()) comparison.better = *winners.begin();
}

}  // namespace

void add_reason(std::vector<Reason>& reasons, Rule rule, const std::string& text) {
  const bool known = std::any_of(reasons.begin(), reasons.end(), [&](const Reason& reason) {
    return reason.rule == rule && reason.text == text;
  });
  if (!known) reasons.push_back({rule, text});
}

void add_note(DatasetComparison& result, const std::string& note) {
  if (std::find(result.notes.begin(), result.notes.end(), note) == result.notes.end())
    result.notes.push_back(note);
}

Comparison compare_runs(const std::vector<FinishedRun>& a, const std::vector<FinishedRun>& b,
                        const CompareOptions& options) {
  for (const std::string& key : options.metrics)
    if (find_metric(key).direction == Direction::count)
      throw Error::usage(fmt::format("{} is a count: nothing can be ranked by it", key));
  if (a.empty() || b.empty() || options.metrics.empty())
    throw Error::internal("a comparison without runs or metrics");
  const RunsByPlace left = index_runs(a), right = index_runs(b);
  Comparison comparison;
  comparison.a = text_of(a.front().manifest, "name");
  comparison.b = text_of(b.front().manifest, "name");
  std::set<std::string> datasets, others;
  for (const auto& [place, run] : left) datasets.insert(place.first);
  for (const auto& [place, run] : right) others.insert(place.first);
  for (const std::string& dataset : datasets) {
    if (others.contains(dataset))
      comparison.datasets.push_back(compare_dataset(left, right, dataset, options));
  }
  if (comparison.datasets.empty()) {
    throw Error::input(fmt::format("A has runs on {}, B on {}: no data set in common",
                                   fmt::join(datasets, ", "), fmt::join(others, ", ")),
                       "compare runs on the same data");
  }
  judge_general_claim(comparison);
  return comparison;
}

}  // namespace voxarena
