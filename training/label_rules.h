// What a data set's labels mean to a loss.
#pragma once

#include "voxarena/nn/target_rules.h"

namespace voxarena {

class Labels;

// On the CPU. Output heads follow the regions' order of declaration.
nn::TargetRules label_rules(const Labels& labels);

}  // namespace voxarena
