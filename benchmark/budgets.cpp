#include "benchmark/budgets.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"

namespace voxarena {

const std::vector<Budget>& budgets() {
  static const std::vector<Budget> table = {
      // Seconds: for tests of the machinery, not for conclusions.
      {.name = "smoke",
       .iterations = 20,
       .iterations_per_epoch = 5,
       .validation_iterations = 1,
       .batch_size = 2,
       .patch_voxels = 16 * 32 * 32,
       .base_features = 8},
      // About a quarter of an hour a method on two cores.
      {.name = "cpu",
       .iterations = 1000,
       .iterations_per_epoch = 50,
       .validation_iterations = 5,
       .batch_size = 2,
       .patch_voxels = 90'000,
       .base_features = 16},
      // What nnU-Net trains: 1000 epochs of 250 iterations, the planner's own patch, batch and
      // width.
      {.name = "nnunet"},
  };
  return table;
}

Budget find_budget(const std::string& name) {
  std::vector<std::string> names;
  for (const Budget& budget : budgets()) {
    if (budget.name == name) return budget;
    names.push_back(budget.name);
  }
  throw Error::input(fmt::format("unknown budget '{}'", name),
                     fmt::format("budgets are {}", fmt::join(names, ", ")));
}

Json to_json(const Budget& budget) {
  return {{"name", budget.name},
          {"iterations", budget.iterations},
          {"iterations_per_epoch", budget.iterations_per_epoch},
          {"validation_iterations", budget.validation_iterations},
          {"batch_size", budget.batch_size},
          {"patch_voxels", budget.patch_voxels},
          {"base_features", budget.base_features}};
}

}  // namespace voxarena
