#include "benchmark/plans_file.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "preprocessing/planner.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

Json settings_to_json(const PlannerSettings& settings) {
  Json out = {{"planner", settings.planner_name}, {"memory", settings.memory}};
  if (settings.target_spacing) out["target_spacing"] = *settings.target_spacing;
  return out;
}

PlannerSettings settings_from_json(const Json& json, const std::string& plans_name) {
  PlannerSettings out = planner_settings(json.at("planner").get<std::string>());
  out.plans_name = plans_name;
  out.memory = json.at("memory").get<double>();
  if (json.contains("target_spacing"))
    out.target_spacing = json.at("target_spacing").get<Spacing>();
  return out;
}

// How the plans are made, should that be necessary.
std::optional<PlannerSettings> settings_of(const PlanRequest& request, const std::string& name,
                                           const Json& remembered) {
  if (request.planner) return request.planner;
  if (remembered.contains("planner")) return settings_from_json(remembered, name);
  return planner_of_plans(name);
}

}  // namespace

Plans find_plans(const PreparedDataset& dataset, const PlanRequest& request, bool anew,
                 Json& stamp) {
  const std::string& name = request.planner ? request.planner->plans_name : request.plans;
  const fs::path file = dataset.folder / (name + ".json");
  const bool exists = fs::exists(file);
  if (!stamp.contains("plans")) stamp["plans"] = Json::object();
  const Json remembered = stamp["plans"].value(name, Json::object());
  const std::string made_for = remembered.value("data", stamp.value("planned_for", dataset.hash));
  const std::optional<PlannerSettings> settings = settings_of(request, name, remembered);
  const bool up_to_date = exists && made_for == dataset.hash && !request.planner;
  if (up_to_date && (!anew || !settings)) {
    return plans_from_json(read_json(file), file.string());
  }
  if (!settings) {
    throw Error::input(
        fmt::format("{}: {}", file.string(),
                    exists ? "was made for another state of the data" : "no such plans"),
        fmt::format("make them with: voxarena plan {} --planner PLANNER --plans-name {}",
                    dataset.raw.name, name));
  }
  Json json = to_json(plan_experiment(dataset.fingerprint, planning_input(dataset.raw), *settings));
  if (exists) json = keep_configurations(std::move(json), read_json(file));
  Plans plans = plans_from_json(json, file.string());
  write_json(file, json);
  Json& entry = stamp["plans"][name] = settings_to_json(*settings);
  entry["data"] = dataset.hash;
  return plans;
}

}  // namespace voxarena
