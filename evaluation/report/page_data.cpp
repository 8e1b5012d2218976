#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluation/report/overlay.h"
#include "evaluation/report/page.h"
#include "evaluation/statistics.h"
#include "evaluation/statistics_writers.h"
#include "voxarena/core/version.h"
#include "voxarena/data/png.h"

namespace voxarena {
namespace {

// Charts need no more than five digits, and pages should be small.
Json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  return std::stod(fmt::format("{:.5g}", value));
}

Json rounded(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double value : values) out.push_back(rounded(value));
  return out;
}

Json scores_json(const ScoreTable& table) {
  Json values = Json::array(), overall = Json::array();
  for (std::size_t m = 0; m < table.methods.size(); ++m) {
    Json of_method = Json::array();
    for (std::size_t c = 0; c < table.fold_of_case.size(); ++c) {
      Json of_case = Json::array();
      for (std::size_t k = 0; k < table.classes.size(); ++k)
        of_case.push_back(rounded(table.at(m, c, k)));
      of_method.push_back(std::move(of_case));
    }
    values.push_back(std::move(of_method));
    const Spread own = spread(table.case_means(m));
    overall.push_back({{"mean", rounded(own.mean)}, {"sd", rounded(own.sd)}});
  }
  return {{"metric", table.metric},
          {"flavour", table.flavour},
          {"unit", table.unit},
          {"higher_is_better", table.higher_is_better},
          {"overall", std::move(overall)},
          {"values", std::move(values)}};
}

// Of the metrics that do not rank: the line of the one that does stands above the table.
Json other_suitability_json(const Leaderboard& board, const LeaderboardBlock& block,
                            const BlockStatistics& statistics) {
  Json out = Json::array();
  for (const MetricStatistics& metric : statistics.metrics) {
    if (metric.metric == board.metric && metric.flavour == board.flavour) continue;
    const SuitabilityWords words =
        suitability_words(metric, block.folds.size(), block.seeds.size());
    out.push_back({{"text", words.plain()}, {"low", !words.warning.empty()}});
  }
  return out;
}

Json curves_json(const std::vector<TrainingCurve>& curves) {
  Json out = Json::array();
  for (const TrainingCurve& curve : curves) {
    out.push_back({{"method", curve.method},
                   {"fold", curve.fold},
                   {"epochs", curve.epochs},
                   {"loss", rounded(curve.loss)},
                   {"dice", rounded(curve.dice)}});
  }
  return out;
}

Json cases_json(const std::vector<PicturedCase>& cases) {
  Json out = Json::object();
  for (const PicturedCase& pictured : cases) {
    Json views = Json::array();
    for (const CaseView& view : pictured.views) {
      views.push_back({{"plane", view.plane},
                       {"slice", view.slice},
                       {"width", view.width},
                       {"height", view.height},
                       {"image", data_url(view.image)},
                       {"reference", data_url(view.reference)}});
    }
    out[pictured.case_id] = std::move(views);
  }
  return out;
}

const char* name_of(Example kind) {
  switch (kind) {
    case Example::best: return "best";
    case Example::median: return "median";
    case Example::worst: return "worst";
  }
  return "";
}

Json examples_json(const std::vector<ExampleCase>& examples) {
  Json out = Json::array();
  for (const ExampleCase& example : examples) {
    Json predictions = Json::array();
    for (const std::string& png : example.predictions) predictions.push_back(data_url(png));
    out.push_back({{"method", example.method},
                   {"kind", name_of(example.kind)},
                   {"case", example.case_id},
                   {"value", rounded(example.value)},
                   {"predictions", std::move(predictions)},
                   {"problem", example.problem}});
  }
  return out;
}

Json colours_json() {
  Json out = Json::array();
  for (const PaletteColour& colour : class_colours())
    out.push_back(fmt::format("rgb({}, {}, {})", colour.red, colour.green, colour.blue));
  return out;
}

Json block_json(const Leaderboard& board, const BlockNumbers& numbers, const BlockStory& story,
                const PageOptions& options) {
  const LeaderboardBlock& block = board.blocks[numbers.block];
  Json json = {
      {"block", numbers.block},
      {"statistics", statistics_json(block, numbers.statistics, options.statistics)},
      {"other_suitability", other_suitability_json(board, block, numbers.statistics)},
      {"cases", numbers.tables.front().names_of_cases},
      {"metrics", Json::array()},
      {"other_metrics", Json::array()},
      {"protocol_values", story.protocol_json.empty()
                              ? Json(nullptr)
                              : parse_json(story.protocol_json, "protocol of the manifests")},
      {"curves", curves_json(story.curves)},
      {"class_colours", colours_json()},
      {"case_views", cases_json(story.cases)},
      {"examples", examples_json(story.examples)},
      {"images_note", story.images_note}};
  for (const ScoreTable& table : numbers.tables) json["metrics"].push_back(scores_json(table));
  for (const ScoreTable& table : numbers.others)
    json["other_metrics"].push_back(scores_json(table));
  return json;
}

}  // namespace

Json page_data(const Leaderboard& board, const std::vector<BlockNumbers>& numbers,
               const std::vector<BlockStory>& stories, const PageOptions& options) {
  Json json = {{"version", VOXARENA_VERSION},
               {"settings", describe(board.settings)},
               {"leaderboard", to_json(board, options.table)},
               {"blocks", Json::array()}};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    json["blocks"].push_back(
        block_json(board, numbers[i], stories.empty() ? BlockStory{} : stories[i], options));
  }
  return json;
}

std::vector<std::pair<Example, std::size_t>> choose_examples(const ScoreTable& table,
                                                             std::size_t method) {
  const double sign = table.higher_is_better ? -1 : 1;
  const std::vector<double> means = table.case_means(method);
  std::vector<std::size_t> order;  // best first
  for (std::size_t c = 0; c < means.size(); ++c)
    if (!std::isnan(means[c])) order.push_back(c);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (means[a] != means[b]) return sign * means[a] < sign * means[b];
    return table.names_of_cases[a] < table.names_of_cases[b];
  });
  if (order.empty()) return {};
  std::vector<std::pair<Example, std::size_t>> chosen = {{Example::best, order.front()}};
  if (order.size() > 2) chosen.emplace_back(Example::median, order[(order.size() - 1) / 2]);
  if (order.size() > 1) chosen.emplace_back(Example::worst, order.back());
  return chosen;
}

}  // namespace voxarena
