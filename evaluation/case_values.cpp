#include "evaluation/case_values.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <unordered_map>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

using NamePlaces = std::unordered_map<std::string, std::size_t>;

NamePlaces places_of(const std::vector<std::string>& names) {
  NamePlaces places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], i);
  return places;
}

std::string records_name(const LeaderboardRow& row, const FoldRecords& fold) {
  const std::string name =
      fmt::format("{}, {}, protocol {}, fold {}", row.dataset, row.method, row.protocol, fold.fold);
  return fold.file.empty() ? name : fmt::format("{} ({})", fold.file, name);
}

// What the records say of one class of one case; empty without a record.
struct RecordedClass {
  std::optional<double> value, n_ref, n_pred;
};

std::vector<RecordedClass> collect_entries(const LeaderboardRow& row, const FoldRecords& fold,
                                           const Metric& metric) {
  const NamePlaces cases = places_of(fold.cases), classes = places_of(row.classes);
  std::vector<RecordedClass> entries(fold.cases.size() * row.classes.size());
  for (const Record& record : fold.records) {
    const bool is_value = record.metric == metric.name && record.flavour == metric.flavour;
    const bool is_count = record.metric == "n_ref" || record.metric == "n_pred";
    if (!is_value && !is_count) continue;  // of another metric: most of them
    const auto place = cases.find(record.case_id);
    if (record.dataset != row.dataset || record.fold != fold.fold || place == cases.end()) {
      throw Error::input(
          fmt::format("{}: a record of {}, fold {}, case '{}' does not belong there",
                      records_name(row, fold), record.dataset, record.fold, record.case_id),
          "the records are not of this run or its split has changed; evaluate it again");
    }
    const auto cls = classes.find(record.cls);
    if (cls == classes.end()) {
      throw Error::input(fmt::format("{}: class '{}' of the records is unknown",
                                     records_name(row, fold), record.cls),
                         fmt::format("known are: {}", fmt::join(row.classes, ", ")));
    }
    RecordedClass& entry = entries[place->second * row.classes.size() + cls->second];
    if (record.metric == "n_ref") entry.n_ref = record.value;
    if (record.metric == "n_pred") entry.n_pred = record.value;
    if (is_value) entry.value = record.value;
  }
  return entries;
}

// evaluate_case() leaves the counts of an unusable prediction undefined.
bool is_unusable(const RecordedClass& entry) {
  return !entry.value || (entry.n_pred && std::isnan(*entry.n_pred));
}

bool is_rightly_empty(const RecordedClass& entry) {
  return entry.value && std::isnan(*entry.value) && entry.n_ref == 0 && entry.n_pred == 0;
}

// Why the value cannot be believed; empty if it can.
std::string wrong_value(const RecordedClass& entry, const Metric& metric,
                        const EvaluationSettings& settings) {
  if (!entry.value) {
    // A case without any record was not predicted, which counts as the worst value where there is
    // one.
    const bool evaluated = entry.n_ref || entry.n_pred;
    return evaluated || std::isinf(metric.worst()) ? "no record" : "";
  }
  if (!std::isnan(*entry.value) || !entry.n_ref || !entry.n_pred) return {};
  if (std::isnan(*entry.n_pred)) return "an undefined value instead of the worst";
  const bool allowed = may_be_undefined(metric, *entry.n_ref == 0, *entry.n_pred == 0, settings);
  if (allowed) return {};
  return fmt::format(
      "an undefined value, although the reference has {} voxels of it and the "
      "prediction {}",
      *entry.n_ref, *entry.n_pred);
}

}  // namespace

FoldValues fold_values(const LeaderboardRow& row, const FoldRecords& fold, const Metric& metric) {
  const std::vector<RecordedClass> entries = collect_entries(row, fold, metric);
  FoldValues result;
  for (std::size_t i = 0; i < fold.cases.size(); ++i) {
    bool usable = true;
    for (std::size_t c = 0; c < row.classes.size(); ++c) {
      const RecordedClass& entry = entries[i * row.classes.size() + c];
      if (const std::string wrong = wrong_value(entry, metric, row.evaluation); !wrong.empty()) {
        throw Error::input(
            fmt::format("{}: case '{}', class '{}', metric {} ({}): {}", records_name(row, fold),
                        fold.cases[i], row.classes[c], metric.name, metric.flavour, wrong),
            "the records were not finished or were edited; evaluate the run again");
      }
      result.values.push_back(entry.value.value_or(metric.worst()));
      result.completed.push_back(is_rightly_empty(entry) ? metric.best() : result.values.back());
      usable = usable && !is_unusable(entry);
    }
    if (!usable) result.unusable.push_back(fold.cases[i]);
  }
  return result;
}

}  // namespace voxarena
