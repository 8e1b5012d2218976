// What belongs to one fold of a data set, and its label files compared with the references.
#pragma once

#include <string>
#include <vector>

#include "benchmark/prepared_dataset.h"
#include "benchmark/run_folder.h"
#include "benchmark/spec.h"

namespace voxarena {

Split fold_split(const PreparedDataset& dataset, int fold);
std::vector<std::string> foreground_names(const Labels& labels);

// `run.predictions()` against the references, for the validation cases of the fold: writes
// summary.json and records.csv of the run.
void evaluate_fold(const PreparedDataset& dataset, const ProtocolSettings& settings, int fold,
                   const RunFolder& run, const RunContext& context);

}  // namespace voxarena
