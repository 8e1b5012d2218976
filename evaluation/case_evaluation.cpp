#include "evaluation/case_evaluation.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "voxarena/core/error.h"
#include "voxarena/core/parallel.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

// As Python writes an int or a tuple.
std::string summary_key(const LabelEntry& entry, bool tuple) {
  if (!tuple) return fmt::format("{}", entry.values.front());
  if (entry.values.size() == 1) return fmt::format("({},)", entry.values.front());
  return fmt::format("({})", fmt::join(entry.values, ", "));
}

std::string size_text(const Extent& size) {
  return fmt::format("({}, {}, {})", size[0], size[1], size[2]);
}

std::vector<std::vector<double>> worst_values(const EvaluationTask& task,
                                              const LabelImage& reference) {
  std::vector<double> worst;
  for (const Metric& metric : task.metrics) worst.push_back(metric.worst(reference));
  return std::vector<std::vector<double>>(task.classes.size(), worst);
}

// Empty if the prediction can be compared; fills `image`.
std::string read_prediction(const fs::path& file, const Extent& size, LabelImage& image) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return fmt::format("{}: no prediction", file.string());
  try {
    image = read_label(file);
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::input) throw;
    return error.what();
  }
  if (image.voxels.size == size) return {};
  return fmt::format("{}: size {} differs from the reference's {}", file.string(),
                     size_text(image.voxels.size), size_text(size));
}

// Voxels are compared one to one: that both maps have as many is not enough.
void require_same_grid(const fs::path& reference, const Geometry& truth, const fs::path& prediction,
                       const Geometry& predicted, bool same_place) {
  constexpr PlaceTolerance kRounding = {.origin = 1e-3, .direction = 1e-4};
  std::string difference = compare_spacing(truth, predicted);
  if (difference.empty() && same_place)
    difference = compare_origin_and_direction(truth, predicted, kRounding);
  if (difference.empty()) return;
  throw Error::input(
      fmt::format("{} and {}: {}", reference.string(), prediction.string(), difference),
      "predictions must lie on the grid of the reference; export them in the original geometry");
}

}  // namespace

EvaluationTask EvaluationTask::from(const Labels& labels, const EvaluationSettings& settings) {
  EvaluationTask task{.classes = {}, .ignore = labels.ignore(), .settings = settings};
  for (const LabelEntry& entry : labels.foreground()) {
    const bool tuple = labels.has_regions() && entry.is_list;
    task.classes.push_back({entry.name, summary_key(entry, tuple), entry.values});
  }
  for (const auto& [name, tolerance] : settings.class_tolerance) {
    const bool known = std::any_of(task.classes.begin(), task.classes.end(),
                                   [&](const EvaluatedClass& cls) { return cls.name == name; });
    if (!known) {
      throw Error::input(fmt::format("nsd_tolerance: class '{}' is not among the labels", name),
                         "classes are spelled as in dataset.json");
    }
  }
  return task;
}

EvaluationTask EvaluationTask::overlap(const Labels& labels) {
  EvaluationSettings settings;
  settings.metrics.clear();
  EvaluationTask task = from(labels, settings);
  task.same_place = false;
  return task;
}

std::vector<std::vector<double>> evaluate_images(const LabelImage& reference,
                                                 const LabelImage& prediction,
                                                 const EvaluationTask& task, int threads) {
  std::vector<int> values;
  for (const EvaluatedClass& cls : task.classes) {
    for (const int value : cls.values) {
      if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
  }
  const Confusion confusion(reference.voxels, prediction.voxels, values, task.ignore, threads);
  // Large classes first, so that no thread is left with one of them at the end.
  std::vector<std::size_t> order(task.classes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto work = [&](std::size_t c) {
    return voxels(confusion.box(task.classes[c].values).size());
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return work(a) > work(b); });
  std::vector<std::vector<double>> result(task.classes.size());
  parallel_for(static_cast<std::int64_t>(order.size()), threads, [&](std::int64_t i) {
    const std::size_t c = order[static_cast<std::size_t>(i)];
    const EvaluatedClass& cls = task.classes[c];
    const Counts counts = confusion.counts(cls.values);
    ClassShapes shapes(reference, prediction, confusion.box(cls.values), cls.values, task.ignore);
    const auto tolerance = task.settings.class_tolerance.find(cls.name);
    const ClassComparison comparison{counts, shapes, reference,
                                     tolerance == task.settings.class_tolerance.end()
                                         ? task.settings.tolerance
                                         : tolerance->second};
    for (const Metric& metric : task.metrics) {
      result[c].push_back(evaluate_metric(metric, comparison, task.settings));
    }
  });
  return result;
}

CaseEvaluation evaluate_case(const std::string& id, const fs::path& reference,
                             const fs::path& prediction, const EvaluationTask& task,
                             const RunContext& context, int threads) {
  CaseEvaluation result{
      .id = id, .reference = reference, .prediction = prediction, .problem = {}, .values = {}};
  const LabelImage truth = read_label(reference);
  LabelImage predicted;
  result.problem = read_prediction(prediction, truth.voxels.size, predicted);
  if (!result.problem.empty()) {
    context.warn(result.problem + "; counted as the worst value");
    result.values = worst_values(task, truth);
    return result;
  }
  require_same_grid(reference, truth.geometry, prediction, predicted.geometry, task.same_place);
  result.values = evaluate_images(truth, predicted, task, threads);
  return result;
}

}  // namespace voxarena
