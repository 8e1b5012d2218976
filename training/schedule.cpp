#include "training/schedule.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "voxarena/core/error.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plugin/model.h"

namespace voxarena {

std::int64_t epoch_count(const Budget& budget) {
  if (budget.iterations <= 0 || budget.iterations_per_epoch <= 0 ||
      budget.validation_iterations < 0) {
    throw Error::input(
        fmt::format(
            "budget '{}': {} iterations in epochs of {} with {} for validation are impossible",
            budget.name, budget.iterations, budget.iterations_per_epoch,
            budget.validation_iterations),
        "iterations and iterations_per_epoch must be at least 1, validation_iterations at least 0");
  }
  return (budget.iterations + budget.iterations_per_epoch - 1) / budget.iterations_per_epoch;
}

std::int64_t steps_of_epoch(const Budget& budget, std::int64_t epoch) {
  const std::int64_t left = budget.iterations - epoch * budget.iterations_per_epoch;
  return std::clamp<std::int64_t>(left, 0, budget.iterations_per_epoch);
}

double learning_rate(const Recipe& recipe, const Budget& budget, std::int64_t iteration) {
  const auto epoch = static_cast<double>(iteration / budget.iterations_per_epoch);
  const auto epochs = static_cast<double>(epoch_count(budget));
  double rate = recipe.learning_rate * std::pow(1 - epoch / epochs, recipe.poly_power);
  if (iteration < recipe.warmup_iterations) {
    rate *= static_cast<double>(iteration + 1) / static_cast<double>(recipe.warmup_iterations);
  }
  return rate;
}

}  // namespace voxarena
