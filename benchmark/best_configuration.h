// Which trained configuration, or pair of them, is best in cross-validation: nnU-Net's search.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "benchmark/nnunet_layout.h"
#include "benchmark/postprocessing_search.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {

// Label files of the validation folders of all folds in one folder (crossval_folder()), evaluated:
// summary.json. `overwrite` removes what is there; without it files that are there stay. Error
// (input): a fold that was not validated, a case that two folds have.
FolderEvaluation accumulate_folds(const std::filesystem::path& model, const FoldNames& folds,
                                  const std::filesystem::path& output,
                                  const std::filesystem::path& references, bool overwrite,
                                  const RunContext& context);

struct BestConfigurationRequest {
  std::filesystem::path results;     // RESULTS/DatasetXXX_Name
  std::filesystem::path references;  // label files
  std::vector<NnunetModelName> models;
  FoldNames folds{"0", "1", "2", "3", "4"};
  // Of every two models: from the probabilities of their validation, or, where those were not
  // saved, from predictions made anew with the images of `dataset`.
  bool ensembles = true;
  const RawDataset* dataset = nullptr;
  bool overwrite = true;
};

struct Candidate {
  std::vector<NnunetModelName> models;  // one, or the two of an ensemble
  std::string name;                     // of its folder
  std::filesystem::path folder;         // with the label files of all cases
  double dice = 0;                      // mean over classes of the mean over cases
};

struct BestConfiguration {
  std::vector<Candidate> candidates;  // single models first
  std::size_t best = 0;               // the first of equal ones
  PostprocessingSearch postprocessing;
};

// Writes the folders of the candidates, and of the best one what determine_postprocessing() does.
// Error (input) naming the model and fold whose validation or probabilities are missing.
BestConfiguration find_best_configuration(const BestConfigurationRequest& request,
                                          const RunContext& context);

// nnU-Net's inference_information.json and inference_instructions.txt; the latter with the commands
// of this program.
Json inference_information(const BestConfiguration& found, const BestConfigurationRequest& request,
                           const std::string& dataset);
std::string inference_instructions(const BestConfiguration& found,
                                   const BestConfigurationRequest& request,
                                   const std::string& dataset);

}  // namespace voxarena
