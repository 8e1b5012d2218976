#include "evaluation/folder_evaluation.h"

#include <fmt/core.h>

#include <algorithm>

#include "voxarena/core/error.h"
#include "voxarena/core/parallel.h"

namespace voxarena {
namespace fs = std::filesystem;

std::vector<std::string> FolderEvaluation::problems() const {
  std::vector<std::string> lines;
  for (const CaseEvaluation& evaluated : cases) {
    if (!evaluated.problem.empty()) lines.push_back(evaluated.problem);
  }
  return lines;
}

FolderEvaluation evaluate_folder(const fs::path& reference_folder,
                                 const fs::path& prediction_folder,
                                 const std::vector<std::string>& cases,
                                 const std::string& file_ending, const EvaluationTask& task,
                                 const RunContext& context) {
  FolderEvaluation result{.task = task, .cases = std::vector<CaseEvaluation>(cases.size())};
  const auto count = static_cast<std::int64_t>(cases.size());
  // Threads that a short list of cases leaves idle work on the classes of each.
  const int threads_per_case =
      std::max(1, context.threads / static_cast<int>(std::max<std::int64_t>(count, 1)));
  Progress progress = context.progress("evaluate", count);
  parallel_for(count, context.threads, [&](std::int64_t i) {
    context.check_interrupt();
    const auto index = static_cast<std::size_t>(i);
    const std::string file = cases[index] + file_ending;
    result.cases[index] = evaluate_case(cases[index], reference_folder / file,
                                        prediction_folder / file, task, context, threads_per_case);
    progress.advance();
  });
  return result;
}

std::vector<Record> to_records(const FolderEvaluation& evaluation, const std::string& dataset,
                               int fold) {
  std::vector<Record> records;
  for (const CaseEvaluation& evaluated : evaluation.cases) {
    for (std::size_t c = 0; c < evaluation.task.classes.size(); ++c) {
      for (std::size_t m = 0; m < evaluation.task.metrics.size(); ++m) {
        const Metric& metric = evaluation.task.metrics[m];
        records.push_back({.dataset = dataset,
                           .fold = fold,
                           .case_id = evaluated.id,
                           .cls = evaluation.task.classes[c].name,
                           .metric = metric.name,
                           .flavour = metric.flavour,
                           .value = evaluated.values[c][m]});
      }
    }
  }
  sort_records(records);
  return records;
}

}  // namespace voxarena
