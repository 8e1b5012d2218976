// Which postprocessing improves the cross-validation predictions: nnU-Net's search.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "evaluation/folder_evaluation.h"
#include "inference/postprocessing.h"

namespace voxarena {

struct PostprocessingSearch {
  Postprocessing chosen;
  FolderEvaluation before, after;  // of the predictions as they are, and with `chosen`
};

// First the largest component of the whole foreground: kept if the mean Dice over classes rises and
// none of theirs falls. Then that of every class or region in turn, on top of what was kept before:
// kept if its mean Dice rises. `predictions` are {case}{file_ending}, all of which must have a
// reference (Error, input).
PostprocessingSearch search_postprocessing(const std::filesystem::path& references,
                                           const std::filesystem::path& predictions,
                                           const std::string& file_ending, const Labels& labels,
                                           const RunContext& context);

// Runs the search and writes beside the predictions, as nnU-Net does: summary.json (if it is not
// there), postprocessing.pkl and .json, and `postprocessed/` with label files and summary.json.
PostprocessingSearch determine_postprocessing(const std::filesystem::path& references,
                                              const std::filesystem::path& predictions,
                                              const std::string& file_ending, const Labels& labels,
                                              const RunContext& context);

}  // namespace voxarena
