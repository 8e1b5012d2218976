#include "voxarena/weights/state_dict.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <functional>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

// Compares names and shapes without touching any value.
LoadReport match(const TensorMap& network, const TensorMap& given) {
  LoadReport report;
  for (const auto& [name, tensor] : network) {
    const auto found = given.find(name);
    if (found == given.end()) {
      report.missing.push_back(name);
    } else if (found->second.sizes() != tensor.sizes()) {
      report.mismatched.push_back(fmt::format("{}: file {}, network {}", name,
                                              fmt::join(found->second.sizes(), " x "),
                                              fmt::join(tensor.sizes(), " x ")));
    } else {
      report.loaded.push_back(name);
    }
  }
  for (const auto& [name, tensor] : given) {
    if (!network.contains(name)) report.unexpected.push_back(name);
  }
  return report;
}

void copy(const LoadReport& report, TensorMap& network, const TensorMap& given) {
  const torch::NoGradGuard no_grad;
  for (const std::string& name : report.loaded) network.at(name).copy_(given.at(name));
}

void list(std::string& text, const char* kind, const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  if (names.empty()) return;
  text += fmt::format("\n  {} ({}): ", kind, names.size());
  const std::size_t shown = std::min(names.size(), kShown);
  text += fmt::format(
      "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (shown < names.size()) text += ", ...";
}

void load_all(TensorMap network, const TensorMap& tensors, const std::string& source,
              const std::function<bool(const std::string&)>& may_be_missing) {
  LoadReport report = match(network, tensors);
  std::erase_if(report.missing, may_be_missing);
  if (!report.exact()) {
    throw Error::input(fmt::format("{}: does not fit the network: {}", source, report.text()),
                       "use the method, options and plan that the file was made with");
  }
  copy(report, network, tensors);
}

}  // namespace

TensorMap state_dict(const torch::nn::Module& module) {
  TensorMap tensors;
  for (const auto& item : module.named_parameters()) tensors[item.key()] = item.value().detach();
  for (const auto& item : module.named_buffers()) tensors[item.key()] = item.value().detach();
  return tensors;
}

TensorMap trained_state_dict(const torch::nn::Module& module) {
  TensorMap tensors = state_dict(module);
  for (const auto& item : module.named_parameters()) {
    if (!item.value().requires_grad()) tensors.erase(item.key());
  }
  return tensors;
}

std::vector<std::string> parameter_names(const torch::nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& item : module.named_parameters()) names.push_back(item.key());
  return names;
}

std::string LoadReport::text() const {
  std::string out = fmt::format("{} of {} tensors fit", loaded.size(),
                                loaded.size() + missing.size() + mismatched.size());
  list(out, "missing", missing);
  list(out, "unexpected", unexpected);
  list(out, "of another shape", mismatched);
  return out;
}

LoadReport load_state_dict(torch::nn::Module& module, const TensorMap& tensors) {
  TensorMap network = state_dict(module);
  LoadReport report = match(network, tensors);
  copy(report, network, tensors);
  return report;
}

void load_exactly(torch::nn::Module& module, const TensorMap& tensors, const std::string& source) {
  load_all(state_dict(module), tensors, source, [](const std::string&) { return false; });
}

void load_trained(torch::nn::Module& module, const TensorMap& tensors, const std::string& source) {
  const TensorMap trained = trained_state_dict(module);
  load_all(state_dict(module), tensors, source,
           [&](const std::string& name) { return !trained.contains(name); });
}

}  // namespace voxarena
