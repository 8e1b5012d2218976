// Fingerprint → plans: nnU-Net's default planner for 2d and 3d_fullres, and the fit into a budget.
#pragma once

#include "voxarena/data/raw_dataset.h"
#include "voxarena/plan/fingerprint.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

// What the planner reads of dataset.json.
struct PlanningInput {
  std::string dataset_name;
  std::vector<std::string> channel_names;
  std::int64_t label_keys = 2;      // entries of `labels`, background and ignore included
  std::int64_t training_cases = 0;  // numTraining
  std::string image_reader_writer = "SimpleITKIO";
};
PlanningInput planning_input(const RawDataset& dataset);

Plans plan_experiment(const Fingerprint& fingerprint, const PlanningInput& input);

// The plan of one configuration under a budget: patch, batch and width are reduced until they fit, the topology is
// derived anew by the planner's own rules. A budget without bounds changes nothing.
Plan fit_to_budget(const Plans& plans, const std::string& configuration, std::int64_t channels, std::int64_t classes,
                   const Budget& budget);

}  // namespace voxarena
