// Models of nnU-Net's results folder in a zip archive, to pass them on.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "benchmark/nnunet_layout.h"

namespace voxarena {

struct ArchiveRequest {
  std::filesystem::path results;  // RESULTS
  std::string dataset;            // DatasetXXX_Name
  std::vector<NnunetModelName> models;
  FoldNames folds{"0", "1", "2", "3", "4"};
  std::vector<std::string> checkpoints{"checkpoint_final.pth"};
  bool strict = true;        // Error (input) for a model that is not there; else it is left out
  bool predictions = false;  // the label files of the validation too
};

// What prediction needs, the summaries, postprocessing, and ensembles of the models. Atomic. Error
// (input) naming what is missing. Returns the number of files.
std::size_t write_model_archive(const std::filesystem::path& zip, const ArchiveRequest& request);

// Below `results`; nothing is written if a name would lead out of it.
void install_model_archive(const std::filesystem::path& zip, const std::filesystem::path& results);

}  // namespace voxarena
