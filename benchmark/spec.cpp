#include "benchmark/spec.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "benchmark/budgets.h"
#include "benchmark/toml_reader.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

namespace voxarena {
namespace {

constexpr std::int64_t kMostSupports = 1'000'000;

ProtocolSettings read_protocol(const TomlTable& table) {
  ProtocolSettings settings;
  table.allow_only({"budget", "iterations", "iterations_per_epoch", "validation_iterations",
                    "batch_size", "patch_voxels", "base_features", "configuration", "mirror_axes",
                    "augmentation", "step_size", "seed", "patient", "evaluation", "plans",
                    "supports"});
  const std::string budget = table.text("budget", "nnunet");
  try {
    settings.budget = find_budget(budget);
  } catch (const Error& error) {
    table.fail("budget", error.what(), error.hint());
  }
  const auto override_field = [&](const char* key, std::int64_t& field, std::int64_t low) {
    field = table.integer(key, field, low, std::int64_t{1} << 40);
  };
  override_field("iterations", settings.budget.iterations, 1);
  override_field("iterations_per_epoch", settings.budget.iterations_per_epoch, 1);
  override_field("validation_iterations", settings.budget.validation_iterations, 0);
  override_field("batch_size", settings.budget.batch_size, 0);
  override_field("patch_voxels", settings.budget.patch_voxels, 0);
  override_field("base_features", settings.budget.base_features, 0);
  settings.configuration = table.text("configuration", settings.configuration);
  const std::set<std::string> configurations{"2d", "3d_fullres", "3d_lowres", "3d_cascade_fullres"};
  if (!configurations.contains(settings.configuration)) {
    table.fail("configuration", fmt::format("'{}' is not a configuration", settings.configuration),
               "configurations are 2d, 3d_fullres, 3d_lowres and 3d_cascade_fullres");
  }
  settings.plans = table.text("plans", settings.plans);
  if (table.has("mirror_axes")) settings.mirror_axes = table.axes("mirror_axes");
  if (!table.is_list("supports"))
    settings.supports = table.integer("supports", settings.supports, 0, kMostSupports);
  settings.augmentation = table.flag("augmentation", settings.augmentation);
  settings.patient = table.text("patient", "");
  settings.step_size = table.number("step_size", settings.step_size, 0.05, 1.0);
  if (table.has("evaluation")) {
    settings.evaluation = evaluation_settings_from_json(
        table.json("evaluation"), fmt::format("{}: protocol.evaluation", table.where()));
  }
  settings.seed = static_cast<std::uint64_t>(table.integer("seed", 1, 0, std::int64_t{1} << 62));
  return settings;
}

// Several numbers of supports; none where there is one number or none.
std::vector<std::int64_t> read_supports_list(const TomlTable& protocol) {
  if (!protocol.is_list("supports")) return {};
  std::vector<std::int64_t> supports = protocol.integers("supports", 1, kMostSupports);
  if (supports.empty()) protocol.fail("supports", "is empty", "e.g. supports = [1, 5, 10]");
  std::sort(supports.begin(), supports.end());
  if (std::adjacent_find(supports.begin(), supports.end()) != supports.end())
    protocol.fail("supports", "names a number twice");
  return supports;
}

MethodEntry read_method(const TomlTable& table) {
  table.allow_only({"plugin", "name", "options", "declares"});
  MethodEntry entry;
  entry.where = table.where();
  entry.plugin = table.required_text("plugin");
  entry.name = table.text("name", entry.plugin);
  if (entry.name.empty()) table.fail("name", "is empty");
  entry.options = table.json("options");
  entry.declares = read_method_declaration(table.table("declares"));
  return entry;
}

DeclaredCosts read_costs(const TomlTable& table) {
  table.allow_only({"parameters", "train_hours", "seconds_per_case", "peak_memory_mib"});
  DeclaredCosts costs;
  if (table.has("parameters"))
    costs.parameters = table.integer("parameters", 0, 0, std::int64_t{1} << 50);
  const auto number = [&](const char* key, std::optional<double>& value) {
    if (table.has(key)) value = table.number(key, 0, 0, 1e9);
  };
  number("train_hours", costs.train_hours);
  number("seconds_per_case", costs.seconds_per_case);
  number("peak_memory_mib", costs.peak_memory_mib);
  return costs;
}

PredictionsEntry read_predictions(const TomlTable& table) {
  table.allow_only({"name", "folder", "nnunet", "declares", "costs", "url", "citation"});
  PredictionsEntry entry;
  entry.where = table.where();
  entry.name = table.required_text("name");
  if (entry.name.empty()) table.fail("name", "is empty");
  entry.folder = table.text("folder", "");
  entry.nnunet = table.text("nnunet", "");
  if (entry.folder.empty() == entry.nnunet.empty()) {
    table.fail("folder", "either this or 'nnunet' names the predictions",
               "folder = \"predictions/fold_{fold}\" for label files of any tool, or nnunet = "
               "\"nnUNet_results/{dataset}/nnUNetTrainer__nnUNetPlans__3d_fullres\"");
  }
  entry.declares = read_predictions_declaration(table.table("declares"));
  entry.costs = read_costs(table.table("costs"));
  entry.url = table.text("url", "");
  entry.citation = table.text("citation", "");
  return entry;
}

// Lower case letters, digits, '_', '-' and what is beyond ASCII; empty if nothing of that is in the
// name.
std::string folder_of(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isalnum(letter) != 0 || c == '-' || c == '_' || letter >= 0x80) {
      out += static_cast<char>(std::tolower(letter));
    } else if (!out.empty() && out.back() != '_') {
      out += '_';
    }
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  return out;
}

}  // namespace

std::string MethodEntry::folder() const {
  const std::string folder = folder_of(name);
  return folder.empty() ? plugin : folder;
}

std::string PredictionsEntry::run_folder_name() const {
  const std::string folder = folder_of(name);
  return folder.empty() ? "predictions" : folder;
}

std::vector<ProtocolSettings> BenchmarkSpec::protocols() const {
  if (supports.empty()) return {protocol};
  std::vector<ProtocolSettings> out(supports.size(), protocol);
  for (std::size_t i = 0; i < supports.size(); ++i) out[i].supports = supports[i];
  return out;
}

BenchmarkSpec parse_spec(const std::string& text, const std::string& source) {
  const TomlDocument document(text, source);
  const TomlTable root = document.root();
  root.allow_only({"name", "datasets", "folds", "protocol", "method", "predictions"});
  BenchmarkSpec spec;
  spec.text = text;
  spec.name = root.required_text("name");
  spec.datasets = root.texts("datasets");
  if (spec.datasets.empty())
    root.fail("datasets", "names no data set", "e.g. datasets = [\"Dataset004_Hippocampus\"]");
  for (const std::int64_t fold : root.integers("folds", 0, 1000))
    spec.folds.push_back(static_cast<int>(fold));
  if (spec.folds.empty()) spec.folds = {0, 1, 2, 3, 4};
  std::sort(spec.folds.begin(), spec.folds.end());
  spec.folds.erase(std::unique(spec.folds.begin(), spec.folds.end()), spec.folds.end());
  spec.protocol = read_protocol(root.table("protocol"));
  spec.supports = read_supports_list(root.table("protocol"));
  std::map<std::string, std::string> names;  // by folder
  const auto require_new_name = [&](const TomlTable& table, const std::string& name,
                                    const std::string& folder) {
    const auto [earlier, fresh] = names.try_emplace(folder, name);
    if (fresh) return;
    table.fail("name",
               earlier->second == name ? fmt::format("'{}' is the name of an earlier method", name)
                                       : fmt::format("'{}' would have the folder '{}' of '{}'",
                                                     name, folder, earlier->second),
               "give each row a name of its own, of other letters or digits");
  };
  for (const TomlTable& table : root.tables("method")) {
    const MethodEntry& entry = spec.methods.emplace_back(read_method(table));
    require_new_name(table, entry.name, entry.folder());
  }
  for (const TomlTable& table : root.tables("predictions")) {
    const PredictionsEntry& entry = spec.predictions.emplace_back(read_predictions(table));
    require_new_name(table, entry.name, entry.run_folder_name());
  }
  if (spec.methods.empty() && spec.predictions.empty())
    root.fail("method", "no [[method]] and no [[predictions]] is listed",
              "add e.g. [[method]] and plugin = \"plain_unet\"");
  return spec;
}

BenchmarkSpec read_spec(const std::filesystem::path& file) {
  return parse_spec(read_file(file), file.string());
}

}  // namespace voxarena
