// The mean of several models' saved probabilities (nnUNetv2_ensemble).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "voxarena/core/run_context.h"
#include "voxarena/data/labels.h"

namespace voxarena {

// A case of the ensemble: the same {case}.npz of every member, the first one's {case}.pkl beside
// it.
struct EnsembleCase {
  std::string id;
  std::vector<std::filesystem::path> probabilities;
};

// The cases of folders that hold {case}.npz; Error (input) naming a folder without any, or the
// case and folder where one is missing.
std::vector<EnsembleCase> list_ensemble_cases(const std::vector<std::filesystem::path>& folders);

struct EnsembleOutput {
  std::filesystem::path folder;
  std::string file_ending;
  bool resume = false;         // keeps label files that are there
  bool probabilities = false;  // writes the means too
};

// Writes {case}{file_ending}; errors name the case.
void write_ensemble(const std::vector<EnsembleCase>& cases, const Labels& labels,
                    const EnsembleOutput& output, const RunContext& context);

}  // namespace voxarena
