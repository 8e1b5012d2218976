// Fingerprint → plans, as nnU-Net's planners make them, and the fit into a budget.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "preprocessing/planner_settings.h"
#include "voxarena/plan/fingerprint.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

struct RawDataset;

// What the planner reads of dataset.json.
struct PlanningInput {
  std::string dataset_name = {};
  std::vector<std::string> channel_names = {};
  std::int64_t label_keys = 2;      // entries of `labels`, background and ignore included
  std::int64_t training_cases = 0;  // numTraining
  std::string image_reader_writer = "SimpleITKIO";
};
PlanningInput planning_input(const RawDataset& dataset);

// Configurations 2d, 3d_fullres and, where a patch sees less than a quarter of an image, 3d_lowres
// with its cascade.
Plans plan_experiment(const Fingerprint& fingerprint, const PlanningInput& input,
                      const PlannerSettings& settings = {});

// The plan of one configuration under a budget: patch, batch and width are reduced until they fit,
// the topology is derived anew by the planner's own rules. A budget without bounds changes nothing.
Plan fit_to_budget(const Plans& plans, const std::string& configuration, std::int64_t channels,
                   std::int64_t classes, const Budget& budget);

}  // namespace voxarena
