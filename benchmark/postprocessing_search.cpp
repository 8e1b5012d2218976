#include "benchmark/postprocessing_search.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "evaluation/summary.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/parallel.h"
#include "voxarena/core/progress.h"
#include "voxarena/data/case_listing.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

struct Search {
  fs::path references, predictions;
  std::string file_ending;
  std::vector<std::string> cases;
  EvaluationTask task;
  const RunContext& context;

  // Evaluates the predictions after `steps`; nothing is written.
  FolderEvaluation evaluate(const Postprocessing& steps, const std::string& what) const {
    FolderEvaluation out{task, std::vector<CaseEvaluation>(cases.size())};
    Progress progress = context.progress(what, static_cast<std::int64_t>(cases.size()));
    parallel_for(static_cast<std::int64_t>(cases.size()), context.threads, [&](std::int64_t i) {
      context.check_interrupt();
      const std::string& id = cases[static_cast<std::size_t>(i)];
      const fs::path reference = references / (id + file_ending),
                     prediction = predictions / (id + file_ending);
      const LabelImage truth = read_label(reference);
      LabelImage labels = read_label(prediction);
      if (truth.voxels.size != labels.voxels.size) {
        throw Error::input(
            fmt::format("{} and {} differ in size", reference.string(), prediction.string()),
            "predictions and references must be of the same images");
      }
      apply_postprocessing(steps, labels.voxels);
      out.cases[static_cast<std::size_t>(i)] = {
          id, reference, prediction, {}, evaluate_images(truth, labels, task)};
      progress.advance(1, id);
    });
    return out;
  }
};

bool is_better_throughout(const FolderEvaluation& after, const FolderEvaluation& before) {
  if (!(foreground_dice(after) > foreground_dice(before))) return false;
  const std::vector<double> now = class_dice(after), then = class_dice(before);
  for (std::size_t c = 0; c < now.size(); ++c) {
    if (now[c] < then[c]) return false;
  }
  return true;
}

std::vector<std::string> cases_with_reference(const fs::path& references,
                                              const fs::path& predictions,
                                              const std::string& file_ending) {
  std::vector<std::string> cases = list_label_files(predictions, file_ending);
  for (const std::string& id : cases) {
    if (fs::exists(references / (id + file_ending))) continue;
    throw Error::input(
        fmt::format("{}: the reference of case {} is missing", references.string(), id),
        "postprocessing is chosen on cases with references");
  }
  return cases;
}

}  // namespace

PostprocessingSearch search_postprocessing(const fs::path& references, const fs::path& predictions,
                                           const std::string& file_ending, const Labels& labels,
                                           const RunContext& context) {
  const Search search{references,
                      predictions,
                      file_ending,
                      cases_with_reference(references, predictions, file_ending),
                      EvaluationTask::overlap(labels),
                      context};
  const std::vector<EvaluatedClass>& classes = search.task.classes;
  PostprocessingSearch out{{}, search.evaluate({}, "predictions"), {}};
  out.after = out.before;

  KeepLargest foreground;
  std::ranges::copy_if(labels.all_values(), std::back_inserter(foreground.labels),
                       [](int value) { return value != 0; });
  FolderEvaluation tried = search.evaluate({foreground}, "largest foreground");
  if (is_better_throughout(tried, out.before)) {
    out.chosen = {foreground};
    out.after = std::move(tried);
  }
  if (classes.size() < 2) return out;
  for (std::size_t c = 0; c < classes.size(); ++c) {
    Postprocessing steps = out.chosen;
    steps.push_back({classes[c].values, 0});
    tried = search.evaluate(steps, "largest " + classes[c].name);
    if (!(class_dice(tried)[c] > class_dice(out.after)[c])) continue;
    out.chosen = std::move(steps);
    out.after = std::move(tried);
  }
  return out;
}

PostprocessingSearch determine_postprocessing(const fs::path& references,
                                              const fs::path& predictions,
                                              const std::string& file_ending, const Labels& labels,
                                              const RunContext& context) {
  PostprocessingSearch found =
      search_postprocessing(references, predictions, file_ending, labels, context);
  const fs::path folder = predictions / "postprocessed";
  postprocess_folder(predictions, folder, file_ending, found.chosen, context);
  for (CaseEvaluation& one : found.after.cases) one.prediction = folder / (one.id + file_ending);
  if (!fs::exists(predictions / "summary.json"))
    write_summary(predictions / "summary.json", found.before);
  write_summary(folder / "summary.json", found.after);
  for (const char* name : {"plans.json", "dataset.json"}) {  // of a model's predictions
    if (fs::exists(predictions / name)) write_file(folder / name, read_file(predictions / name));
  }
  Json json = postprocessing_json(found.chosen);
  const auto means = [](const FolderEvaluation& evaluation) {
    const Json summary = summary_json(evaluation);
    return Json{{"foreground_mean", summary.at("foreground_mean")}, {"mean", summary.at("mean")}};
  };
  json["input_folder"] = means(found.before);
  json["postprocessed"] = means(found.after);
  write_json(predictions / "postprocessing.json", json);
  write_postprocessing_pkl(predictions / "postprocessing.pkl", found.chosen);
  return found;
}

}  // namespace voxarena
