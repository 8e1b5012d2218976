// Ensembles of models in cross-validation whose probabilities were not saved: every case is
// predicted by the members of its fold, and their mean exists in memory only.
#pragma once

#include <filesystem>
#include <vector>

#include "benchmark/nnunet_layout.h"
#include "inference/ensemble.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {

// True if every fold of the model kept probabilities of its validation.
bool has_probabilities(const std::filesystem::path& model, const FoldNames& folds);

// Writes the label files of all validation cases. Error (input): a checkpoint that is missing, or
// members that validated different cases in a fold.
void write_crossval_ensemble(const std::vector<std::filesystem::path>& models,
                             const FoldNames& folds, const RawDataset& dataset,
                             const EnsembleOutput& output, const RunContext& context);

}  // namespace voxarena
