// How many steps and epochs a budget means, and the learning rate of each.
#pragma once

#include <cstdint>

namespace voxarena {

struct Budget;
struct Recipe;

// ceil(iterations / iterations_per_epoch); the last epoch may be shorter. Error (input) if a number
// is not positive.
std::int64_t epoch_count(const Budget& budget);
// Optimiser steps of `epoch` (from 0).
std::int64_t steps_of_epoch(const Budget& budget, std::int64_t epoch);

// nnU-Net's polynomial decay, constant within an epoch: lr (1 - epoch / epochs)^power, times the
// linear warm-up min(1, (iteration + 1) / warmup_iterations) if the recipe asks for one.
double learning_rate(const Recipe& recipe, const Budget& budget, std::int64_t iteration);

}  // namespace voxarena
