// The named budgets. They bound what every method may use, and are part of the protocol.
#pragma once

#include <string>
#include <vector>

#include "voxarena/plan/plan.h"

namespace voxarena {

const std::vector<Budget>& budgets();

// Error (input) that lists the names if there is none of that name.
Budget find_budget(const std::string& name);

Json to_json(const Budget& budget);

}  // namespace voxarena
