#include "preprocessing/planner_settings.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

// nnU-Net's U-Net with a residual encoder, planned for `memory` GB.
PlannerSettings residual_encoder(const std::string& planner_name, const std::string& plans_name,
                                 double elements_2d, double elements_3d, double memory,
                                 double most_dataset_covered) {
  PlannerSettings out;
  out.planner_name = planner_name;
  out.plans_name = plans_name;
  out.shares_data_of = "nnUNetPlans";
  out.network_class = "ResidualEncoderUNet";
  out.blocks_per_stage = {1, 3, 4, 6};
  out.convs_per_decoder_stage = 1;
  out.reference_2d.feature_map_elements = elements_2d;
  out.reference_3d.feature_map_elements = elements_3d;
  out.reference_memory = memory;
  out.memory = memory;
  out.fits_reference_batch = true;
  out.most_dataset_covered = most_dataset_covered;
  return out;
}

std::vector<PlannerSettings> all_planners() {
  return {
      PlannerSettings{},
      residual_encoder("ResEncUNetPlanner", "nnUNetResEncUNetPlans", 135e6, 680e6, 8, 0.05),
      residual_encoder("nnUNetPlannerResEncM", "nnUNetResEncUNetMPlans", 135e6, 680e6, 8, 1),
      residual_encoder("nnUNetPlannerResEncL", "nnUNetResEncUNetLPlans", 380e6, 2100e6, 24, 1),
      residual_encoder("nnUNetPlannerResEncXL", "nnUNetResEncUNetXLPlans", 560e6, 3600e6, 40, 1),
  };
}

}  // namespace

PlannerSettings planner_settings(const std::string& planner_name) {
  std::vector<std::string> names;
  for (PlannerSettings& one : all_planners()) {
    if (one.planner_name == planner_name) return std::move(one);
    names.push_back(one.planner_name);
  }
  throw Error::usage(fmt::format("there is no planner '{}'", planner_name),
                     fmt::format("choose one of: {}", fmt::join(names, ", ")));
}

std::optional<PlannerSettings> planner_of_plans(const std::string& plans_name) {
  for (PlannerSettings& one : all_planners()) {
    if (one.plans_name == plans_name) return std::move(one);
  }
  return std::nullopt;
}

}  // namespace voxarena
