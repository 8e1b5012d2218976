#include "benchmark/nnunet_results.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "benchmark/fold_evaluation.h"
#include "benchmark/nnunet_layout.h"
#include "benchmark/nnunet_log.h"
#include "benchmark/run_setup.h"
#include "evaluation/folder_evaluation.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/data/case_listing.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

NnunetModelName require_model_name(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (std::optional<NnunetModelName> parsed = parse_model_name(name)) return *parsed;
  throw Error::input(
      fmt::format("{}: is no results folder of one nnU-Net trainer", folder.string()),
      name.starts_with("fold_") ? "name the folder above: folds are those of the spec"
      : name.starts_with("ensemble_")
          ? "name the label files of an ensemble with 'folder', and their number of models with "
            "declares.ensemble"
          : "name nnUNet_results/DatasetXXX_Name/TRAINER__PLANS__CONFIGURATION");
}

// Trainers that differ from nnU-Net's own in the number of epochs only.
bool trains_as_nnunet(const std::string& name) {
  const std::optional<NnunetTrainer> trainer = parse_trainer(name);
  return trainer && trainer->mirrors && trainer->augments;
}

void require_same_labels(const fs::path& file, const PreparedDataset& dataset) {
  const Json theirs = read_json(file);
  const Json ours = parse_json(dataset.raw.json_text, "dataset.json");
  const Json labels = theirs.is_object() ? theirs.value("labels", Json()) : Json();
  if (canonical_json(labels) == canonical_json(ours.at("labels"))) return;
  throw Error::input(fmt::format("{}: its labels {} are not those of {}: {}", file.string(),
                                 json_text(labels), dataset.raw.name, json_text(ours.at("labels"))),
                     "rows of one table segment the same classes; name results of this data set");
}

std::string folds_there(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().filename().string().starts_with("fold_"))
      names.push_back(it->path().filename().string());
  std::sort(names.begin(), names.end());
  return names.empty() ? "no fold" : fmt::format("{}", fmt::join(names, ", "));
}

fs::path require_validation(const fs::path& folder, int fold) {
  const fs::path validation = validation_folder(folder, std::to_string(fold));
  if (!fs::is_directory(validation)) {
    const std::string there = folds_there(folder);
    throw Error::input(
        fmt::format("{}: no such folder", validation.string()),
        there == "fold_all"
            ? "fold_all is there, which was trained on every case, those to be compared too: train "
              "the folds of the spec with nnU-Net"
            : fmt::format("{} is there; train this fold with nnU-Net, or leave it out of 'folds' "
                          "in the spec",
                          there));
  }
  if (!fs::exists(validation / "summary.json")) {
    throw Error::input(
        fmt::format("{}: no summary.json: its validation was not finished", validation.string()),
        "finish it with nnUNetv2_train ... --val");
  }
  return validation;
}

// A prediction of another case means another split: validation cases of ours may have been trained
// on.
void require_same_split(const fs::path& validation, const PreparedDataset& dataset, int fold) {
  const std::vector<std::string> expected = fold_split(dataset, fold).val;
  for (const std::string& id : list_label_files(validation, dataset.raw.file_ending)) {
    if (std::find(expected.begin(), expected.end(), id) != expected.end()) continue;
    throw Error::input(
        fmt::format("{}: case '{}' is not in the validation half of fold {}", validation.string(),
                    id, fold),
        fmt::format("nnU-Net was trained on another split: copy its splits_final.json into {}, or "
                    "train it with {}",
                    dataset.raw.folder.string(), (dataset.folder / "splits_final.json").string()));
  }
}

// How its training differs from the protocol's; "protocol" if in nothing that an id says. Unset if
// the files do not tell how long it was trained and nothing else differs.
std::optional<std::string> budget_of(const NnunetModelName& name, const Configuration& plan,
                                     const NnunetSettings& settings, const NnunetLog& log,
                                     const Json& protocol) {
  std::vector<std::string> differences;
  const auto differs = [&](const Json& theirs, const Json& ours) { return theirs != ours; };
  const Json& budget = protocol.at("budget");
  std::int64_t epochs = settings.epochs.value_or(log.epochs);
  if (log.epochs > 0) epochs = std::min(epochs, log.epochs);  // stopped before its time
  const std::int64_t iterations = settings.iterations_per_epoch.value_or(0);
  const bool told = epochs > 0 && iterations > 0;
  if (told && (differs(epochs * iterations, budget.at("iterations")) ||
               differs(iterations, budget.at("iterations_per_epoch"))))
    differences.push_back(fmt::format("{} epochs of {} iterations", epochs, iterations));
  if (differs(name.configuration, protocol.at("configuration")))
    differences.push_back("configuration " + name.configuration);
  if (differs("nnU-Net", protocol.at("augmentation")))
    differences.emplace_back("nnU-Net's augmentation");
  if (differs(0.5, protocol.at("inference").at("step_size")))
    differences.emplace_back("sliding window in steps of 0.5");
  const auto beyond = [&](std::int64_t value, const char* bound) {
    const auto limit = budget.at(bound).get<std::int64_t>();
    return limit > 0 && value > limit;
  };
  std::int64_t patch_voxels = 1;
  for (const std::int64_t edge : plan.patch_size) patch_voxels *= edge;
  if (beyond(plan.batch_size, "batch_size"))
    differences.push_back(fmt::format("batch {}", plan.batch_size));
  if (beyond(patch_voxels, "patch_voxels"))
    differences.push_back(fmt::format("patch {}", fmt::join(plan.patch_size, "×")));
  if (!plan.architecture.features.empty() &&
      beyond(plan.architecture.features.front(), "base_features"))
    differences.push_back(fmt::format("base width {}", plan.architecture.features.front()));
  if (!trains_as_nnunet(name.trainer)) differences.push_back("trainer " + name.trainer);
  if (!differences.empty()) return fmt::format("{}", fmt::join(differences, ", "));
  return told ? std::optional<std::string>(kAsProtocol) : std::nullopt;
}

std::optional<double> sum(const std::optional<double>& a, const std::optional<double>& b) {
  return a && b ? std::optional(*a + *b) : std::nullopt;
}

// A cascade was trained, and predicts, in two stages. Times of both, or none where the first stage
// is not beside it.
void add_first_stage(const fs::path& folder, const NnunetModelName& name,
                     const std::string& first_stage, int fold, NnunetLog& log) {
  const NnunetModelName stage{name.trainer, name.plans, first_stage};
  const fs::path first = fold_folder(folder.parent_path() / stage.folder(), std::to_string(fold));
  const NnunetLog before = read_nnunet_logs(first);
  log.train_seconds = sum(log.train_seconds, before.train_seconds);
  log.predict_seconds = sum(log.predict_seconds, before.predict_seconds);
}

std::vector<std::string> plan_deviations(const Configuration& configuration,
                                         const PreparedDataset& dataset,
                                         const ProtocolSettings& settings) {
  Plan standard = default_plan(dataset, settings), theirs = standard;
  theirs.configuration = configuration;
  theirs.configuration.data_identifier = standard.configuration.data_identifier;
  theirs.configuration.inherits_from.clear();   // already resolved
  theirs.configuration.previous_stage.clear();  // said in words
  theirs.configuration.next_stages = standard.configuration.next_stages;
  return list_differences(plan_json(standard), plan_json(theirs));
}

}  // namespace

NnunetFold read_nnunet_fold(const fs::path& folder, const PreparedDataset& dataset,
                            const Protocol& protocol, const ProtocolSettings& settings, int fold) {
  if (!fs::is_directory(folder)) {
    throw Error::input(fmt::format("{}: no such folder", folder.string()),
                       "name nnUNet_results/DatasetXXX_Name/TRAINER__PLANS__CONFIGURATION");
  }
  const NnunetModelName name = require_model_name(folder);
  require_same_labels(folder / "dataset.json", dataset);
  NnunetFold result;
  result.predictions = require_validation(folder, fold);
  require_same_split(result.predictions, dataset, fold);
  const fs::path plans_file = folder / "plans.json";
  const Plans plans = plans_from_json(read_json(plans_file), plans_file.string());
  const Configuration& plan = plans.configuration(name.configuration);
  result.deviations = plan_deviations(plan, dataset, settings);
  const fs::path fold_folder = result.predictions.parent_path();
  const NnunetSettings found = read_nnunet_settings(fold_folder / "debug.json");
  NnunetLog log = read_nnunet_logs(fold_folder);
  if (!plan.previous_stage.empty()) {
    add_first_stage(folder, name, plan.previous_stage, fold, log);
    result.deviations.push_back("cascade: a network of its own for the stage " +
                                plan.previous_stage);
  }
  result.found.training_data = kSplit;
  result.found.ensemble = 1;
  result.found.mirror_axes = found.mirror_axes;
  result.found.post_processing = kNone;
  result.found.prompts = kNone;
  // Its plan follows from the data by rules; what another trainer was tuned on, nobody knows.
  if (trains_as_nnunet(name.trainer)) result.found.tuned_on.emplace();
  result.found.budget = budget_of(name, plan, found, log, protocol.values);
  result.train_seconds = log.train_seconds;
  result.predict_seconds = log.predict_seconds;
  result.device = found.device;
  return result;
}

}  // namespace voxarena
