#include "benchmark/fold_evaluation.h"

#include "evaluation/folder_evaluation.h"
#include "evaluation/records.h"
#include "evaluation/summary.h"

namespace voxarena {

Split fold_split(const PreparedDataset& dataset, int fold) {
  std::vector<std::string> ids;
  for (const RawCase& one : dataset.raw.cases) ids.push_back(one.id);
  return select_fold(dataset.splits, fold, ids);
}

std::vector<std::string> foreground_names(const Labels& labels) {
  std::vector<std::string> names;
  for (const LabelEntry& entry : labels.foreground()) names.push_back(entry.name);
  return names;
}

void evaluate_fold(const PreparedDataset& dataset, const ProtocolSettings& settings, int fold,
                   const RunFolder& run, const RunContext& context) {
  const RawDataset& raw = dataset.raw;
  EvaluationTask task = EvaluationTask::from(raw.labels, settings.evaluation);
  task.same_place = false;
  const FolderEvaluation evaluation =
      evaluate_folder(dataset.folder / "gt_segmentations", run.predictions(),
                      fold_split(dataset, fold).val, raw.file_ending, task, context);
  write_summary(run.path / "summary.json", evaluation);
  write_records(run.records(), to_records(evaluation, raw.name, fold));
}

}  // namespace voxarena
