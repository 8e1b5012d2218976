// The numbers in which nnU-Net's planners differ.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "voxarena/data/volume.h"

namespace voxarena {

// The defaults are those of ExperimentPlanner.
struct PlannerSettings {
  // Memory is measured in elements of feature maps; a batch of `batch_size` is known to fit into
  // `reference_memory` at this many.
  struct Reference {
    double feature_map_elements;
    std::int64_t batch_size;
    std::int64_t most_features;
  };
  std::string planner_name = "ExperimentPlanner";
  std::string plans_name = "nnUNetPlans";
  // Plans whose preprocessed 2d and 3d_fullres arrays are shared, since they are the same; empty:
  // the plans' own.
  std::string shares_data_of = {};

  std::string network_class = "PlainConvUNet";
  std::int64_t base_features = 32;
  std::vector<int> blocks_per_stage{2};  // of the encoder; the last entry repeats
  int convs_per_decoder_stage = 2;

  Reference reference_2d{85e6, 12, 512};
  Reference reference_3d{560e6, 2, 320};
  double reference_memory = 8;  // GB
  double memory = 8;            // GB to plan for
  // The patch is small enough once a batch of the reference's size fits; otherwise once
  // `least_batch_size` fits.
  bool fits_reference_batch = false;
  std::int64_t least_batch_size = 2;
  double most_dataset_covered = 0.05;  // by one batch

  // mm, axes as in the files: replaces the spacing that the fingerprint suggests.
  std::optional<Spacing> target_spacing = {};
};

// ExperimentPlanner, ResEncUNetPlanner, nnUNetPlannerResEncM, nnUNetPlannerResEncL or
// nnUNetPlannerResEncXL. Error (usage) for other names.
PlannerSettings planner_settings(const std::string& planner_name);

// The settings whose plans carry this name by default, e.g. nnUNetResEncUNetLPlans; none if it is
// the name of nobody's plans.
std::optional<PlannerSettings> planner_of_plans(const std::string& plans_name);

}  // namespace voxarena
