// A folder of references against a folder of predictions, for a given list of cases.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluation/case_evaluation.h"
#include "evaluation/records.h"
#include "voxarena/core/run_context.h"

namespace voxarena {

struct FolderEvaluation {
  EvaluationTask task;
  std::vector<CaseEvaluation> cases;  // in the order of the case list

  std::vector<std::string> problems() const;  // one line a case that counts as the worst value
};

// Files are {case}{file_ending}. The case list rules (of the split, never what happens to lie in
// the prediction folder): see evaluate_case() for cases without a usable prediction. Parallel over
// cases, `context.threads` at once.
FolderEvaluation evaluate_folder(const std::filesystem::path& reference_folder,
                                 const std::filesystem::path& prediction_folder,
                                 const std::vector<std::string>& cases,
                                 const std::string& file_ending, const EvaluationTask& task,
                                 const RunContext& context);

std::vector<Record> to_records(const FolderEvaluation& evaluation, const std::string& dataset,
                               int fold);

}  // namespace voxarena
