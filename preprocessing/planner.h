// Fingerprint → plans: nnU-Net's default planner for 2d and 3d_fullres, and the fit into a budget.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

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

// The numbers in which nnU-Net's planners differ; the defaults are those of ExperimentPlanner for 8
// GB.
struct PlannerSettings {
  // Memory is measured in elements of feature maps; a batch of `batch_size` is known to fit at this
  // many.
  struct Reference {
    double feature_map_elements;
    std::int64_t batch_size;
    std::int64_t most_features;
  };
  std::string planner_name = "ExperimentPlanner";
  std::string plans_name = "nnUNetPlans";
  Reference reference_2d{85e6, 12, 512};
  Reference reference_3d{560e6, 2, 320};
  std::int64_t base_features = 32;
  int convs_per_stage = 2;
  std::int64_t least_batch_size = 2;
  double most_dataset_covered = 0.05;  // by one batch
};

// Configurations 2d, 3d_fullres and, where a patch sees less than a quarter of an image, 3d_lowres
// with its cascade.
Plans plan_experiment(const Fingerprint& fingerprint, const PlanningInput& input,
                      const PlannerSettings& settings = {});

// The plan of one configuration under a budget: patch, batch and width are reduced until they fit,
// the topology is derived anew by the planner's own rules. A budget without bounds changes nothing.
Plan fit_to_budget(const Plans& plans, const std::string& configuration, std::int64_t channels,
                   std::int64_t classes, const Budget& budget);

}  // namespace voxarena
