// Names in nnU-Net's results folder:
//   RESULTS/DatasetXXX_Name/Trainer__Plans__Configuration/fold_<k>/validation
//   RESULTS/DatasetXXX_Name/Trainer__Plans__Configuration/crossval_results_folds_0_1_2_3_4
//   RESULTS/DatasetXXX_Name/ensembles/ensemble___<model>___<model>___0_1_2_3_4
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace voxarena {

struct NnunetModelName {
  std::string trainer = "nnUNetTrainer";
  std::string plans = "nnUNetPlans";
  std::string configuration = "3d_fullres";

  std::string folder() const { return trainer + "__" + plans + "__" + configuration; }
};

// "nnUNetTrainer__nnUNetPlans__3d_fullres"; none for other names, ensembles among them.
std::optional<NnunetModelName> parse_model_name(const std::string& folder);

// What the name of a trainer says: nnUNetTrainer, nnUNetTrainer_<n>epochs,
// nnUNetTrainer[_<n>epochs_]NoMirroring, nnUNetTrainerNoDA. None for other names.
struct NnunetTrainer {
  std::optional<std::int64_t> epochs;
  bool mirrors = true, augments = true;
};
std::optional<NnunetTrainer> parse_trainer(const std::string& name);

using FoldNames = std::vector<std::string>;  // "0", "all"

// "0_1_2_3_4".
std::string join_folds(const FoldNames& folds);
std::string ensemble_name(const NnunetModelName& a, const NnunetModelName& b,
                          const FoldNames& folds);

inline std::filesystem::path fold_folder(const std::filesystem::path& model,
                                         const std::string& fold) {
  return model / ("fold_" + fold);
}
inline std::filesystem::path validation_folder(const std::filesystem::path& model,
                                               const std::string& fold) {
  return fold_folder(model, fold) / "validation";
}
inline std::filesystem::path crossval_folder(const std::filesystem::path& model,
                                             const FoldNames& folds) {
  return model / ("crossval_results_folds_" + join_folds(folds));
}

// plans.json and dataset.json of a model, which nnU-Net keeps beside everything made with it.
void copy_model_description(const std::filesystem::path& model,
                            const std::filesystem::path& folder);

}  // namespace voxarena
