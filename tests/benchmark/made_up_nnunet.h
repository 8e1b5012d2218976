// A results folder as nnU-Net 2 leaves it, made up from the references of a data set.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "benchmark/fold_evaluation.h"
#include "benchmark/run_setup.h"
#include "tests/support/temporary_folder.h"
#include "voxarena/core/files.h"

namespace voxarena::test {

inline constexpr const char* kNnunetLog = R"(
#######################################################################
Please cite the following paper when using nnU-Net:
2026-11-22 23:58:50.100000: Using splits from existing split file: splits_final.json
2026-11-22 23:58:51.000000: Epoch 0
2026-11-22 23:58:51.000000: Current learning rate: 0.01
2026-11-22 23:58:55.000000: Pseudo dice [0.1234, 0.2]
2026-11-22 23:58:55.100000: Epoch time: 12.5 s
2026-11-22 23:58:56.000000: Epoch 1
2026-11-22 23:58:59.000000: Epoch time: 7.5 s
2026-11-22 23:59:00.000000: Training done.
2026-11-22 23:59:50.500000: predicting phantom_000
2026-11-22 23:59:55.000000: predicting phantom_001
2026-11-23 00:00:10.000000: Validation complete
2026-11-23 00:00:10.500000: Mean Validation Dice:  0.9
)";

// fold_{fold} below `folder`/nnUNetTrainer__nnUNetPlans__3d_fullres, its predictions equal to the
// references: two epochs of four iterations, mirrored over `axes`. Returns the trainer's folder.
inline std::filesystem::path write_made_up_nnunet(const std::filesystem::path& folder,
                                                  const PreparedDataset& dataset,
                                                  const ProtocolSettings& settings, int fold,
                                                  const std::string& axes = "(2,)") {
  namespace fs = std::filesystem;
  const fs::path trainer = folder / "nnUNetTrainer__nnUNetPlans__3d_fullres";
  const fs::path fold_folder = trainer / ("fold_" + std::to_string(fold));
  write_file(trainer / "dataset.json", dataset.raw.json_text);
  Plans plans = dataset.plans;
  plans.configurations = {default_plan(dataset, settings).configuration};
  write_json(trainer / "plans.json", to_json(plans));
  write_file(fold_folder / "training_log_2026_11_22_23_58_50.txt", kNnunetLog);
  write_json(fold_folder / "debug.json", {{"num_epochs", "2"},
                                          {"num_iterations_per_epoch", "4"},
                                          {"inference_allowed_mirroring_axes", axes},
                                          {"device", "cuda"}});
  fs::create_directories(fold_folder / "validation");
  write_json(fold_folder / "validation/summary.json", Json::object());
  for (const std::string& id : fold_split(dataset, fold).val)
    fs::copy_file(dataset.raw.find(id).label,
                  fold_folder / "validation" / (id + dataset.raw.file_ending),
                  fs::copy_options::overwrite_existing);
  return trainer;
}

}  // namespace voxarena::test
