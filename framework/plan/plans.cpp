#include "voxarena/plan/plans.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"

namespace voxarena {

Extent Configuration::patch_extent() const {
  if (patch_size.size() == 2) return {1, patch_size[0], patch_size[1]};
  return {patch_size.at(0), patch_size.at(1), patch_size.at(2)};
}

const Configuration& Plans::configuration(const std::string& name) const {
  const auto found = std::find_if(configurations.begin(), configurations.end(),
                                  [&](const Configuration& c) { return c.name == name; });
  if (found != configurations.end()) return *found;
  const auto partial = std::ranges::find(partial_configurations, name, &PartialConfiguration::name);
  if (partial != partial_configurations.end()) throw Error::input(partial->problem, partial->hint);
  std::vector<std::string> names;
  for (const Configuration& c : configurations) names.push_back(c.name);
  throw Error::input(
      fmt::format("plans '{}' of {} have no configuration '{}'", plans_name, dataset_name, name),
      fmt::format("choose one of: {}", fmt::join(names, ", ")));
}

Json keep_configurations(Json fresh, const Json& old) {
  const auto kept = old.find("configurations");
  if (!old.is_object() || kept == old.end() || !kept->is_object()) return fresh;
  for (const auto& [name, configuration] : kept->items()) {
    if (!fresh["configurations"].contains(name)) fresh["configurations"][name] = configuration;
  }
  return fresh;
}

bool Plans::has(const std::string& name) const {
  const auto is_named = [&](const auto& c) { return c.name == name; };
  return std::ranges::any_of(configurations, is_named) ||
         std::ranges::any_of(partial_configurations, is_named);
}

}  // namespace voxarena
