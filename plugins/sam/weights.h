// Pre-trained weights of a method's SAM parts.
#pragma once

#include <string>
#include <vector>

#include "voxarena/plugin/option.h"
#include "voxarena/weights/state_dict.h"

namespace voxarena::sam {

// The option every method with a SAM encoder declares: a file, or "random" to run without
// pre-training.
Option weights_option();

// Error (usage) if the option is empty: a method that needs weights does not silently run without.
void require_weights(const std::string& weights);

// Fills `module` (whose names are those of the file) as the option says. Tensors whose names match
// one of the patterns `fresh` ('*' stands for anything) are not taken from the file and keep their
// initial values; anything else that does not fit is an Error (input) with the report. Calls
// require_weights().
LoadReport load_weights(torch::nn::Module& module, const std::string& weights,
                        const std::vector<std::string>& fresh);

}  // namespace voxarena::sam
