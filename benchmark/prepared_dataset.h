// A data set made ready for methods: fingerprint, plans, splits and preprocessed store, each found
// where nnU-Net keeps it or made there. Inputs are hashed: a changed raw data set is prepared anew,
// an unchanged one is opened in no time.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "preprocessing/planner_settings.h"
#include "voxarena/core/run_context.h"
#include "voxarena/data/raw_dataset.h"
#include "voxarena/data/splits.h"
#include "voxarena/plan/fingerprint.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

struct PreparedDataset {
  RawDataset raw;
  std::string hash;              // of the raw files
  std::filesystem::path folder;  // nnUNet_preprocessed/DatasetXXX_Name
  Fingerprint fingerprint;
  Plans plans;
  std::vector<Split> splits;
};

struct PlanRequest {
  bool again = false;  // make fingerprint and plans anew even if nothing changed
  // Folds keep patients together (voxarena/data/patients.h); empty: nnU-Net's folds.
  std::string patient = {};
  // Name of the plans. The default plans of nnU-Net's planners are made where they are missing.
  std::string plans = "nnUNetPlans";
  // Plans made anew by these settings, under their name.
  std::optional<PlannerSettings> planner = {};
};

// Fingerprint, plans and splits.
PreparedDataset plan_dataset(const std::string& dataset, const Roots& roots,
                             const RunContext& context, const PlanRequest& request = {});

// The data set's hash, remembered by size and time of the files: content is read only when one of
// them changed.
std::string remembered_dataset_hash(const RawDataset& raw, const std::filesystem::path& folder,
                                    const RunContext& context);

}  // namespace voxarena
