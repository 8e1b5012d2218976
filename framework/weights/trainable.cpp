#include "voxarena/weights/trainable.h"

#include <torch/nn/module.h>

#include <algorithm>

#include "voxarena/core/error.h"

namespace voxarena {

bool matches(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] != '*')
    return !name.empty() && name[0] == pattern[0] && matches(name.substr(1), pattern.substr(1));
  const std::string_view rest = pattern.substr(1);
  for (std::size_t i = 0; i <= name.size(); ++i) {
    if (matches(name.substr(i), rest)) return true;
  }
  return false;
}

bool matches_any(std::string_view name, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns, [&](const auto& pattern) { return matches(name, pattern); });
}

void freeze(torch::nn::Module& module) {
  for (at::Tensor& parameter : module.parameters()) parameter.set_requires_grad(false);
}

void train_matching(torch::nn::Module& module, const std::vector<std::string>& patterns,
                    bool train) {
  for (const std::string& pattern : patterns) {
    bool found = false;
    for (auto& parameter : module.named_parameters()) {
      if (!matches(parameter.key(), pattern)) continue;
      found = true;
      parameter.value().set_requires_grad(train);
    }
    if (!found) throw Error::internal("no parameter is called " + pattern);
  }
}

}  // namespace voxarena
