// Choosing the trained part of a network by name. '*' in a pattern stands for anything.
//
//   freeze(encoder);                                  // all of it
//   train_matching(encoder, {"*.query_delta.*", "*.value_delta.*"});
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "voxarena/weights/safetensors.h"

namespace torch::nn {
class Module;
}

namespace voxarena {

bool matches(std::string_view name, std::string_view pattern);
bool matches_any(std::string_view name, const std::vector<std::string>& patterns);

// No parameter requires a gradient any more.
void freeze(torch::nn::Module& module);
// Parameters of such names require (or, with false, no longer require) a gradient; others stay as
// they are. Error (internal) if a pattern fits no name.
void train_matching(torch::nn::Module& module, const std::vector<std::string>& patterns,
                    bool train = true);

// Numbers in parameters that require a gradient.
std::int64_t trained_parameters(const torch::nn::Module& module);
// Those parameters only, for small checkpoints; buffers are left out.
TensorMap trained_state_dict(const torch::nn::Module& module);

}  // namespace voxarena
