// One method on one data set: the plugin loaded, its options checked, its plan made, its
// differences from the default written down. Everything that can be wrong with a row of the spec is
// found here, before anything runs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "benchmark/prepared_dataset.h"
#include "benchmark/pretrained_weights.h"
#include "benchmark/spec.h"
#include "voxarena/plan/plan.h"
#include "voxarena/plugin/registry.h"

namespace voxarena {

struct RunSetup {
  MethodEntry entry;
  LoadedMethod method;
  Options options;
  Plan plan;
  std::vector<std::string> deviations;  // "options: depth = 3", "batch_size: 4 instead of 2"
  PretrainedWeights weights = {};
  std::string adaptation = {};  // what a training-free method is trained for after all; or empty

  // Initialised from (seed, fold) alone, on the context's device.
  std::unique_ptr<Model> create_model(std::uint64_t seed, int fold,
                                      const RunContext& context) const;

  // Identity of the row: plugin, version, options, plan, pre-trained weights.
  Json identity() const;
};

// The default plan of the protocol, within its budget; a plan as its entry of nnU-Net's plans file.
Plan default_plan(const PreparedDataset& dataset, const ProtocolSettings& settings);
Json plan_json(const Plan& plan);

RunSetup set_up_run(const MethodEntry& entry, const PreparedDataset& dataset,
                    const ProtocolSettings& settings, const Paths& plugin_paths);

// "adapters = none, prompts = learned": the options that differ from their defaults, as declared;
// empty if none does. `weights` is told by pretrained_weights.h.
std::string changed_options(const Options& options, const std::vector<Option>& declared);

// One line per value that differs, nested keys joined by dots.
std::vector<std::string> list_differences(const Json& standard, const Json& actual);

// The plans file a trained model is kept with: `plans` with the run's own configuration only.
Plans effective_plans(const Plans& plans, const Plan& plan);

}  // namespace voxarena
