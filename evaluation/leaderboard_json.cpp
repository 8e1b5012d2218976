#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluation/statistics_writers.h"
#include "evaluation/table_writers.h"

namespace voxarena {
namespace {

// Undefined numbers are null here: other readers than Python take no NaN.
Json number_or_null(double value) { return std::isnan(value) ? Json(nullptr) : Json(value); }

Json spread_json(const Spread& spread) {
  return {{"mean", number_or_null(spread.mean)},
          {"sd", number_or_null(spread.sd)},
          {"count", spread.count}};
}

template <class Value>
void add(Json& json, const char* name, const std::optional<Value>& value) {
  json[name] = value ? Json(*value) : Json(nullptr);
}

Json facts_json(const RowFacts& facts, const TableOptions& options) {
  Json json = Json::object();
  add(json, "parameters", facts.parameters);
  add(json, "trained_parameters", facts.trained_parameters);
  add(json, "gflop_per_patch", facts.gflop_per_patch);
  if (!options.with_times) return json;
  add(json, "train_seconds", facts.train_seconds);
  add(json, "predict_seconds_per_case", facts.predict_seconds_per_case);
  add(json, "peak_memory_mib", facts.peak_memory_mib);
  return json;
}

Json row_json(const LeaderboardBlock& block, const RankedRow& ranked, const TableOptions& options) {
  Json json = Json::object();
  add(json, "rank", ranked.rank);
  json["method"] = ranked.row.method;
  json["mark"] = ranked.row.mark;
  json["deviations"] = ranked.row.deviations;
  json["mean_over_classes"] = spread_json(ranked.overall);
  json["classes"] = Json::object();
  for (std::size_t c = 0; c < block.classes.size(); ++c) {
    json["classes"][block.classes[c]] = spread_json(ranked.classes[c]);
  }
  json["missing_cases"] = ranked.missing_cases;
  json["missing_case_names"] = ranked.missing_case_names;
  json["missing_folds"] = ranked.missing_folds;
  json["facts"] = facts_json(ranked.row.facts, options);
  return json;
}

}  // namespace

Json to_json(const Leaderboard& board, const TableOptions& options) {
  Json json = {{"metric", board.metric},
               {"flavour", board.flavour},
               {"unit", board.unit},
               {"higher_is_better", board.higher_is_better},
               {"settings", to_json(board.settings)},
               {"blocks", Json::array()}};
  for (const LeaderboardBlock& block : board.blocks) {
    Json entry = {{"dataset", block.dataset},
                  {"protocol", block.protocol},
                  {"protocol_summary", block.protocol_summary},
                  {"supports", block.supports},
                  {"extra_information", block.extra_information},
                  {"cautions", block.cautions},
                  {"classes", block.classes},
                  {"folds", block.folds},
                  {"cases", block.cases},
                  {"suitability", number_or_null(block.suitability)},
                  {"suitability_text", suitability_words(board, block).plain()},
                  {"rows", Json::array()}};
    for (const RankedRow& row : block.rows) entry["rows"].push_back(row_json(block, row, options));
    json["blocks"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace voxarena
