#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "benchmark/compare.h"
#include "evaluation/text_table.h"

namespace voxarena {
namespace {

constexpr std::size_t kWidth = 40;  // of a value in a terminal

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

const char* side(int better) { return better > 0 ? "A" : better < 0 ? "B" : "none"; }

std::string value_text(const Json& value) {
  if (value.is_null()) return "–";
  if (value.is_number_float()) return fmt::format("{:.4g}", value.get<double>());
  std::string text = value.is_string() ? value.get<std::string>() : json_text(value);
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// Of one side, for people: short; several values where the folds differ among themselves.
std::string values_text(const KeyDifference& difference, bool of_a) {
  std::vector<std::string> texts;
  for (const auto& [fold, pair] : difference.values)
    texts.push_back(value_text(of_a ? pair.first : pair.second));
  const bool one = std::all_of(texts.begin(), texts.end(),
                               [&](const std::string& text) { return text == texts.front(); });
  const std::string text = one ? texts.front() : fmt::format("{}", fmt::join(texts, " / "));
  return text.size() > kWidth ? text.substr(0, kWidth - 3) + "..." : text;
}

std::string differences_text(const DatasetComparison& one) {
  std::string text;
  for (const KeyKind kind : {KeyKind::protocol, KeyKind::information, KeyKind::method,
                             KeyKind::cost, KeyKind::machine}) {
    bool first = true;
    for (const KeyDifference& difference : one.differences) {
      if (difference.kind != kind) continue;
      if (first) text += fmt::format("  {}\n", to_string(kind));
      first = false;
      text += fmt::format("    {:<44} {:<{}}  {}\n", difference.key, values_text(difference, true),
                          kWidth, values_text(difference, false));
    }
  }
  return text.empty() ? "  no key differs\n" : text;
}

std::string metric_text(const MetricComparison& metric, double level) {
  return fmt::format(
      "  {} ({}): A {:.4f}, B {:.4f}; A - B {:+.4f}, {:.0f} % interval [{:+.4f}, {:+.4f}], p = "
      "{:.2g}"
      " over {} cases{}\n",
      metric.metric, metric.flavour, metric.a, metric.b, metric.difference, 100 * level,
      metric.interval.low, metric.interval.high, metric.p, metric.cases,
      std::isnan(metric.suitability)
          ? std::string()
          : fmt::format("; suitability {}", percent_text(metric.suitability)));
}

std::string rules_text(const std::vector<Reason>& reasons) {
  std::string text;
  for (const Rule rule :
       {Rule::one_change, Rule::same_care, Rule::enough_data, Rule::same_reports}) {
    bool broken = false;
    for (const Reason& reason : reasons) {
      if (reason.rule != rule) continue;
      broken = true;
      text += fmt::format("  {} broken  {}: {}\n", to_string(rule), describe(rule), reason.text);
    }
    if (!broken) text += fmt::format("  {} holds   {}\n", to_string(rule), describe(rule));
  }
  return text;
}

std::string verdict_text(const DatasetComparison& one) {
  if (one.better == 0) return "  verdict: no table may call one of them better\n";
  return fmt::format("  verdict: {} may be called better on {}{}\n", side(one.better), one.dataset,
                     one.notes.empty() ? "" : ", if the notes are printed with it");
}

Json reasons_json(const std::vector<Reason>& reasons) {
  Json json = Json::array();
  for (const Reason& reason : reasons)
    json.push_back({{"rule", to_string(reason.rule)}, {"text", reason.text}});
  return json;
}

Json metric_json(const MetricComparison& metric) {
  return {{"metric", metric.metric},
          {"flavour", metric.flavour},
          {"unit", metric.unit},
          {"higher_is_better", metric.higher_is_better},
          {"cases", metric.cases},
          {"a", number(metric.a)},
          {"b", number(metric.b)},
          {"difference", number(metric.difference)},
          {"interval", {number(metric.interval.low), number(metric.interval.high)}},
          {"p_wilcoxon", number(metric.p)},
          {"p_claim_is_false", number(metric.false_claim)},
          {"suitability", number(metric.suitability)},
          {"better", side(metric.better)}};
}

Json dataset_json(const DatasetComparison& one) {
  Json json = {{"dataset", one.dataset},
               {"folds", one.folds},
               {"may_call_better", side(one.better)},
               {"against", reasons_json(one.against)},
               {"notes", one.notes},
               {"metrics", Json::array()},
               {"differences", Json::array()}};
  for (const MetricComparison& metric : one.metrics) json["metrics"].push_back(metric_json(metric));
  for (const KeyDifference& difference : one.differences) {
    Json values = Json::array();
    for (const auto& [fold, pair] : difference.values)
      values.push_back({{"fold", fold}, {"a", pair.first}, {"b", pair.second}});
    json["differences"].push_back(
        {{"key", difference.key}, {"kind", to_string(difference.kind)}, {"values", values}});
  }
  return json;
}

}  // namespace

std::string comparison_text(const Comparison& comparison, double level) {
  std::string text = fmt::format("A: {}\nB: {}\n", comparison.a, comparison.b);
  for (const DatasetComparison& one : comparison.datasets) {
    text += fmt::format("\n{}, {} {}\n", one.dataset, one.folds.size() == 1 ? "fold" : "folds",
                        fmt::join(one.folds, ", "));
    text += differences_text(one);
    for (const MetricComparison& metric : one.metrics) text += metric_text(metric, level);
    text += rules_text(one.against);
    for (const std::string& note : one.notes) text += fmt::format("  note: {}\n", note);
    text += verdict_text(one);
  }
  if (comparison.datasets.size() < 2) return text;
  text += "\nall data sets\n";
  for (const Reason& reason : comparison.against_general)
    text += fmt::format("  {} broken  {}: {}\n", to_string(reason.rule), describe(reason.rule),
                        reason.text);
  return text + (comparison.better == 0 ? "  verdict: no claim beyond single data sets\n"
                                        : fmt::format("  verdict: {} may be called better\n",
                                                      side(comparison.better)));
}

Json comparison_json(const Comparison& comparison) {
  Json json = {{"a", comparison.a},
               {"b", comparison.b},
               {"datasets", Json::array()},
               {"may_call_better", side(comparison.better)},
               {"against_general_claim", reasons_json(comparison.against_general)}};
  for (const DatasetComparison& one : comparison.datasets)
    json["datasets"].push_back(dataset_json(one));
  return json;
}

}  // namespace voxarena
