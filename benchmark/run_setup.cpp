#include "benchmark/run_setup.h"

#include <fmt/core.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "preprocessing/planner.h"
#include "training/trainer.h"
#include "voxarena/core/error.h"
#include "voxarena/core/json.h"
#include "voxarena/core/random.h"
#include "voxarena/plan/input_channels.h"
#include "voxarena/plugin/device.h"

namespace voxarena {
namespace {

void require_capabilities(const MethodEntry& entry, const Info& info, int dimensions,
                          const Labels& labels) {
  const bool fits = dimensions == 2 ? info.capabilities.two_d : info.capabilities.three_d;
  if (!fits) {
    throw Error::input(
        fmt::format("{}: method '{}' has no {}-D version", entry.where, info.name, dimensions),
        "choose another protocol.configuration or leave the method out");
  }
  const char* missing = nullptr;
  if (labels.has_regions() && !info.capabilities.regions) missing = "regions";
  if (labels.ignore() && !info.capabilities.ignore_label) missing = "an ignore label";
  if (missing == nullptr) return;
  throw Error::input(fmt::format("{}: the loss of method '{}' does not know {}, which dataset.json "
                                 "declares",
                                 entry.where, info.name, missing),
                     "leave the method out for this data set");
}

void collect_differences(const std::string& path, const Json& standard, const Json& actual,
                         std::vector<std::string>& out) {
  if (standard == actual) return;
  if (!standard.is_object() || !actual.is_object()) {
    out.push_back(
        fmt::format("{}: {} instead of {}", path, json_text(actual), json_text(standard)));
    return;
  }
  const std::string prefix = path.empty() ? "" : path + ".";
  for (const auto& [key, value] : actual.items()) {
    collect_differences(prefix + key, standard.contains(key) ? standard.at(key) : Json(), value,
                        out);
  }
  for (const auto& [key, value] : standard.items()) {
    if (!actual.contains(key)) collect_differences(prefix + key, value, Json(), out);
  }
}

// What a training-free method is trained for after all: its options adapt_... that are not 0.
std::string adaptation(const Options& options, const Info& info) {
  if (info.capabilities.trainable) return {};
  std::string text;
  const Json values = options.to_json();
  for (const auto& [name, value] : values.items()) {
    if (!name.starts_with("adapt_") || value == 0) continue;
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, json_text(value));
  }
  return text;
}

// "shipped" are the weights that lie beside the plugin's library, under its name.
PretrainedWeights weights_of(const RunSetup& setup) {
  const Info& info = setup.method.description();
  Json values = setup.options.to_json();
  if (values.value("weights", Json()) == "shipped") {
    values["weights"] =
        std::filesystem::path(setup.method.library()).replace_extension(".safetensors").string();
  }
  const std::string& where = setup.entry.where;
  return find_pretrained_weights(Options::from_json(values, info.options, where), info, where);
}

bool preprocessed_alike(const Configuration& a, const Configuration& b) {
  return a.spacing == b.spacing && a.normalization == b.normalization &&
         a.use_mask_for_norm == b.use_mask_for_norm && a.data.order == b.data.order &&
         a.seg.order == b.seg.order;
}

}  // namespace

Json plan_json(const Plan& plan) {
  Plans plans;
  plans.configurations = {plan.configuration};
  return to_json(plans).at("configurations").at(plan.configuration.name);
}

Plan default_plan(const PreparedDataset& dataset, const ProtocolSettings& settings) {
  const Labels& labels = dataset.raw.labels;
  const Configuration& configuration = dataset.plans.configuration(settings.configuration);
  return fit_to_budget(dataset.plans, settings.configuration,
                       dataset.raw.channels() + previous_stage_channels(configuration, labels),
                       labels.heads(), settings.budget);
}

std::string changed_options(const Options& options, const std::vector<Option>& declared) {
  const Json given = options.to_json(),
             standard = Options::from_json(Json::object(), declared, "defaults").to_json();
  std::string text;
  for (const Option& option : declared) {
    const Json& value = given.at(option.name);
    if (option.name == "weights" || value == standard.at(option.name)) continue;
    const bool word = value.is_string() && !value.get<std::string>().empty();
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", option.name,
                        word ? value.get<std::string>() : json_text(value));
  }
  return text;
}

std::vector<std::string> list_differences(const Json& standard, const Json& actual) {
  std::vector<std::string> out;
  collect_differences("", standard, actual, out);
  return out;
}

Plans effective_plans(const Plans& plans, const Plan& plan) {
  Plans out = plans;
  out.configurations = {plan.configuration};
  return out;
}

RunSetup set_up_run(const MethodEntry& entry, const PreparedDataset& dataset,
                    const ProtocolSettings& settings, const Paths& plugin_paths) {
  RunSetup setup{.entry = entry,
                 .method = load_method(entry.plugin, plugin_paths),
                 .options = {},
                 .plan = {},
                 .deviations = {},
                 .weights = {}};
  const Info& info = setup.method.description();
  setup.options = Options::from_json(entry.options, info.options, entry.where);
  const Plan standard = default_plan(dataset, settings);
  if (!standard.configuration.previous_stage.empty() && standard.dimensions() == 2) {
    throw Error::input(
        fmt::format("configuration {}: a 2-D configuration cannot be the second stage "
                    "of a cascade",
                    settings.configuration),
        "choose a 3-D configuration");
  }
  require_capabilities(entry, info, standard.dimensions(), dataset.raw.labels);
  if (!info.capabilities.trainable && settings.supports == 0) {
    throw Error::input(
        fmt::format("{}: '{}' is not trained, it is shown a few labelled cases", entry.where,
                    info.name),
        "name it in the spec of a benchmark with protocol.supports, for example 5: then every row "
        "sees the same five cases");
  }
  if (!info.capabilities.trainable && !standard.configuration.previous_stage.empty()) {
    throw Error::input(
        fmt::format(
            "{}: '{}' is not trained: it cannot start from the predictions of {}, as {} does",
            entry.where, info.name, standard.configuration.previous_stage, settings.configuration),
        "choose a configuration without a previous stage, for example 3d_fullres");
  }
  setup.weights = weights_of(setup);
  setup.plan = setup.method.plan(dataset.fingerprint, standard, settings.budget, setup.options);
  if (!preprocessed_alike(standard.configuration, setup.plan.configuration)) {
    setup.plan.configuration.data_identifier += "_" + entry.folder();  // a store of its own
  }
  setup.deviations = list_differences(plan_json(standard), plan_json(setup.plan));
  if (const std::string changed = changed_options(setup.options, info.options); !changed.empty())
    setup.deviations.insert(setup.deviations.begin(), "options: " + changed);
  setup.adaptation = adaptation(setup.options, info);
  if (!setup.adaptation.empty())
    setup.deviations.push_back("trained on the supports: " + setup.adaptation);
  return setup;
}

std::unique_ptr<Model> RunSetup::create_model(std::uint64_t seed, int fold,
                                              const RunContext& context) const {
  CounterRandom stream(seed, {static_cast<std::uint64_t>(fold)});
  const std::uint64_t high = stream.next();
  seed_weights(high << 32 | stream.next());
  std::unique_ptr<Model> model = method.create(plan, options);
  move_to_device(*model, context.device);
  return model;
}

Json RunSetup::identity() const {
  const Info& info = method.description();
  Json identity = {{"plugin", info.name},
                   {"version", info.version},
                   {"options", options.to_json()},
                   {"plan", plan_json(plan)}};
  if (weights.from_file()) identity["weights_sha256"] = weights.sha256;
  return identity;
}

}  // namespace voxarena
