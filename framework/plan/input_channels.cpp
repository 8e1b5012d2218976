#include "voxarena/plan/input_channels.h"

#include <iterator>

#include "voxarena/data/labels.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

std::int64_t previous_stage_channels(const Configuration& configuration, const Labels& labels) {
  return configuration.previous_stage.empty() ? 0 : std::ssize(labels.all_values()) - 1;
}

}  // namespace voxarena
