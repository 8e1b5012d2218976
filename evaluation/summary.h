// nnU-Net's summary.json.
#pragma once

#include <filesystem>
#include <vector>

#include "evaluation/folder_evaluation.h"
#include "voxarena/core/json.h"

namespace voxarena {

// {foreground_mean, mean: {"1": {Dice, ...}}, metric_per_case: [...]}, keys sorted. A class mean is
// the mean over the cases where the value is defined; foreground_mean is the plain mean over
// classes (NaN if one class is NaN everywhere).
Json summary_json(const FolderEvaluation& evaluation);

// Of the summary: every class' mean Dice over the cases where it is defined, and foreground_mean.
std::vector<double> class_dice(const FolderEvaluation& evaluation);
double foreground_dice(const FolderEvaluation& evaluation);

// Byte for byte as nnU-Net writes it (four spaces, NaN tokens, no new line at the end); atomic.
void write_summary(const std::filesystem::path& file, const FolderEvaluation& evaluation);

}  // namespace voxarena
