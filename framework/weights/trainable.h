// Choosing the trained part of a network by name. '*' in a pattern stands for anything.
//
//   freeze(encoder);                                  // all of it
//   train_matching(encoder, {"*.query_delta.*", "*.value_delta.*"});
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

}  // namespace voxarena
