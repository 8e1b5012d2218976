#include "evaluation/summary.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluation/statistics.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

// Counts are integers in Python, but for the NaN of a missing prediction.
Json case_value(const Metric& metric, double value) {
  if (metric.direction == Direction::count && !std::isnan(value))
    return static_cast<std::int64_t>(value);
  return value;
}

double class_mean(const FolderEvaluation& evaluation, std::size_t cls, std::size_t metric) {
  std::vector<double> values;
  for (const CaseEvaluation& evaluated : evaluation.cases)
    values.push_back(evaluated.values[cls][metric]);
  return nan_mean(values);
}

constexpr std::size_t kDice = 0;  // of the summary's metrics

}  // namespace

std::vector<double> class_dice(const FolderEvaluation& evaluation) {
  std::vector<double> means;
  for (std::size_t c = 0; c < evaluation.task.classes.size(); ++c)
    means.push_back(class_mean(evaluation, c, kDice));
  return means;
}

double foreground_dice(const FolderEvaluation& evaluation) {
  double sum = 0;
  for (const double mean : class_dice(evaluation)) sum += mean;
  return sum / static_cast<double>(evaluation.task.classes.size());
}

Json summary_json(const FolderEvaluation& evaluation) {
  const std::vector<EvaluatedClass>& classes = evaluation.task.classes;
  Json summary = {{"foreground_mean", Json::object()},
                  {"mean", Json::object()},
                  {"metric_per_case", Json::array()}};
  for (std::size_t m = 0; m < kSummaryMetrics; ++m) {
    const std::string& name = evaluation.task.metrics[m].name;
    double sum = 0;
    for (std::size_t c = 0; c < classes.size(); ++c) {
      const double mean = class_mean(evaluation, c, m);
      summary["mean"][classes[c].key][name] = mean;
      sum += mean;
    }
    summary["foreground_mean"][name] = sum / static_cast<double>(classes.size());
  }
  for (const CaseEvaluation& evaluated : evaluation.cases) {
    Json entry = {{"metrics", Json::object()},
                  {"prediction_file", evaluated.prediction.string()},
                  {"reference_file", evaluated.reference.string()}};
    for (std::size_t c = 0; c < classes.size(); ++c) {
      for (std::size_t m = 0; m < kSummaryMetrics; ++m) {
        entry["metrics"][classes[c].key][evaluation.task.metrics[m].name] =
            case_value(evaluation.task.metrics[m], evaluated.values[c][m]);
      }
    }
    summary["metric_per_case"].push_back(entry);
  }
  return sorted(summary);
}

void write_summary(const std::filesystem::path& file, const FolderEvaluation& evaluation) {
  write_file(file, dump_json(summary_json(evaluation)));
}

}  // namespace voxarena
