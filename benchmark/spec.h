// A benchmark spec: which methods on which data sets and folds, under which protocol (TOML).
//
//   name = "hippocampus-cpu"
//   datasets = ["Dataset004_Hippocampus"]
//   folds = [0]
//   [protocol]
//   budget = "cpu"          # any field of the budget can be overridden beside it
//   iterations = 1200
//   evaluation = { metrics = ["HD95", "NSD"], nsd_tolerance = 2.0 }
//   mirror_axes = [0, 1, 2] # of the plan; training and test; the same for every row
//   plans = "nnUNetPlans"   # or nnUNetResEncUNetMPlans, ...; made where they are missing
//   patient = "patient[0-9]+"  # folds keep the cases of a patient together
//   supports = [1, 5, 10]   # or one number: so many labelled cases are seen; a block each
//   [[method]]
//   plugin = "plain_unet"
//   name = "plain U-Net"
//   options = { deep_supervision = false }
//   [method.declares]       # what the harness cannot see (benchmark/declaration.h)
//   tuned_on = ["Dataset900_Phantom"]
//   [[predictions]]         # label files that another tool made, evaluated as all others
//   name = "nnU-Net (Python)"
//   nnunet = "nnUNet_results/{dataset}/nnUNetTrainer__nnUNetPlans__3d_fullres"
//   [predictions.declares]
//   pretraining = "none"
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "benchmark/declaration.h"
#include "evaluation/settings.h"
#include "voxarena/core/json.h"
#include "voxarena/plan/plan.h"

namespace voxarena {

// The part of the protocol that a user chooses. The rest (data, splits, plans) follows from the
// data set.
struct ProtocolSettings {
  std::string configuration = "3d_fullres";
  std::string plans = "nnUNetPlans";
  Budget budget;
  std::optional<std::vector<int>> mirror_axes;  // unset: all axes of the patch
  bool augmentation = true;
  std::string patient;  // regular expression (voxarena/data/patients.h); empty: cases are patients
  EvaluationSettings evaluation;
  double step_size = 0.5;  // of the sliding window, as a fraction of the patch
  std::uint64_t seed = 1;
  // Cases of the training half that any method may see; 0: all. Training-free methods need some.
  // A spec may list several numbers (BenchmarkSpec::protocols).
  std::int64_t supports = 0;
};

struct MethodEntry {
  std::string plugin;
  std::string name;   // display name; the plugin's name if not given
  Json options;       // as written, checked against the plugin's declaration later
  std::string where;  // "spec.toml, line 12", for messages
  Declaration declares = {};

  // Folder name: lower case letters, digits, '_' and '-'.
  std::string folder() const;
};

// What the author measured; unset: unknown.
struct DeclaredCosts {
  std::optional<std::int64_t> parameters;
  std::optional<double> train_hours;  // of one fold
  std::optional<double> seconds_per_case;
  std::optional<double> peak_memory_mib;
};

struct PredictionsEntry {
  std::string name;  // display name
  // Either the folder of label files {case}{file_ending}, or nnU-Net's results folder of one
  // trainer; {dataset} and {fold} stand for the data set's name and the number of the fold.
  std::string folder, nnunet;
  Declaration declares;
  DeclaredCosts costs;
  std::string url, citation;
  std::string where;

  std::string run_folder_name() const;
};

struct BenchmarkSpec {
  std::string name;
  std::vector<std::string> datasets;
  std::vector<int> folds;
  ProtocolSettings protocol;
  std::vector<std::int64_t> supports;  // where the spec lists several numbers of them
  std::vector<MethodEntry> methods;
  std::vector<PredictionsEntry> predictions;
  std::string text;  // of the file, as written

  // `protocol`, for each number of supports.
  std::vector<ProtocolSettings> protocols() const;
};

// Error (input) with file, line and column on unknown keys, wrong types and impossible values.
BenchmarkSpec read_spec(const std::filesystem::path& file);
BenchmarkSpec parse_spec(const std::string& text, const std::string& source);

}  // namespace voxarena
