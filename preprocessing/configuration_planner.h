// Plans one configuration: patch, topology, batch size, normalisation.
#pragma once

#include <string>
#include <vector>

#include "preprocessing/planner.h"

namespace voxarena {

class ConfigurationPlanner {
 public:
  ConfigurationPlanner(const PlannerSettings& settings, const PlanningInput& input,
                       double relative_size_after_cropping)
      : settings_(settings),
        input_(input),
        relative_size_after_cropping_(relative_size_after_cropping) {}

  // `spacing` in mm and `median_shape` in voxels have 2 or 3 entries; `dataset_voxels` is about
  // what the whole data set holds at this spacing. batch_dice is left to the caller.
  Configuration plan(const std::string& name, const std::vector<double>& spacing,
                     const std::vector<double>& median_shape, double dataset_voxels) const;

 private:
  const PlannerSettings& settings_;
  const PlanningInput& input_;
  double relative_size_after_cropping_;
};

}  // namespace voxarena
