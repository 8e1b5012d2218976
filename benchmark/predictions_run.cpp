#include "benchmark/predictions_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "benchmark/fairness.h"
#include "benchmark/fold_evaluation.h"
#include "benchmark/nnunet_results.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/hash.h"
#include "voxarena/core/version.h"
#include "voxarena/data/image_file.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

void replace_all(std::string& text, const std::string& word, const std::string& by) {
  for (std::size_t at = text.find(word); at != std::string::npos;
       at = text.find(word, at + by.size()))
    text.replace(at, word.size(), by);
}

fs::path fill_in(std::string pattern, const std::string& dataset, int fold) {
  replace_all(pattern, "{dataset}", dataset);
  replace_all(pattern, "{fold}", std::to_string(fold));
  while (pattern.size() > 1 && pattern.ends_with('/')) pattern.pop_back();
  return pattern;
}

// The fold's cases that have a file, and the hash over their names and contents.
struct LabelFiles {
  std::vector<std::string> cases;
  std::string sha256;
};

LabelFiles find_label_files(const fs::path& folder, const std::vector<std::string>& cases,
                            const std::string& ending, const std::string& where) {
  if (!fs::is_directory(folder)) {
    throw Error::input(fmt::format("{}: {}: no such folder", where, folder.string()),
                       "'folder' is relative to the folder that voxarena is started in; {dataset} "
                       "and {fold} are replaced");
  }
  LabelFiles files;
  std::string text;
  for (const std::string& id : cases) {
    const fs::path file = folder / (id + ending);
    if (!fs::exists(file)) continue;
    files.cases.push_back(id);
    text += fmt::format("{} {}\n", id, sha256_file(file));
  }
  if (files.cases.empty()) {
    throw Error::input(fmt::format("{}: {}: holds no prediction of any of the {} cases of the fold",
                                   where, folder.string(), cases.size()),
                       fmt::format("predictions are label files called as the references: {}{}",
                                   cases.front(), ending));
  }
  files.sha256 = sha256(text);
  return files;
}

Json costs_json(const DeclaredCosts& costs, const NnunetFold& found, std::size_t cases) {
  Json json = {{"parameters", Json::object()},
               {"seconds", Json::object()},
               {"peak_memory_mib", Json::object()}};
  if (costs.parameters) json["parameters"] = {{"total", *costs.parameters}};
  std::optional<double> train = found.train_seconds, predict = found.predict_seconds;
  if (costs.train_hours) train = *costs.train_hours * 3600;
  if (costs.seconds_per_case) predict = *costs.seconds_per_case * static_cast<double>(cases);
  if (train) json["seconds"]["train"] = *train;
  if (predict) json["seconds"]["predict"] = *predict;
  if (costs.peak_memory_mib) json["peak_memory_mib"] = {{"train", *costs.peak_memory_mib}};
  return json;
}

// Voxels are compared one to one. Predictions lie where the reference lies, or, in data sets whose
// labels have another header, where the image lies.
void require_same_place(const PredictionsRun& run, const std::string& id) {
  const fs::path file = run.folder.predictions() / (id + run.dataset->raw.file_ending);
  const RawCase& raw = run.dataset->raw.find(id);
  const ImageFile reference = read_image_header(raw.label);
  ImageFile predicted;
  try {
    predicted = read_image_header(file);
  } catch (const Error&) {
    return;  // the evaluation counts and lists it, as those of another size
  }
  if (predicted.size != reference.size) return;
  constexpr PlaceTolerance kRounding = {.origin = 1e-3, .direction = 1e-4};
  const auto difference_from = [&](const Geometry& place) {
    const std::string spacing = compare_spacing(place, predicted.geometry);
    return spacing.empty() ? compare_origin_and_direction(place, predicted.geometry, kRounding)
                           : spacing;
  };
  const std::string difference = difference_from(reference.geometry);
  if (difference.empty() || difference_from(read_image_header(raw.images.front()).geometry).empty())
    return;
  throw Error::input(fmt::format("{} and {}: {}", raw.label.string(),
                                 (run.source / file.filename()).string(), difference),
                     "predictions must lie on the grid of the reference; export them in the "
                     "original geometry");
}

// Files of an earlier evaluation are replaced, those that are gone removed.
void copy_label_files(const PredictionsRun& run, const std::vector<std::string>& cases) {
  std::error_code error;
  fs::remove_all(run.folder.predictions(), error);
  make_folder(run.folder.predictions());
  for (const std::string& id : cases) {
    const std::string file = id + run.dataset->raw.file_ending;
    if (fs::exists(run.source / file))
      write_file(run.folder.predictions() / file, read_file(run.source / file), Flush::no);
  }
}

}  // namespace

std::string PredictionsRun::title() const {
  return fmt::format("{}, {}, fold {}", dataset->raw.name, entry->name, fold);
}

PredictionsRun open_predictions(const PredictionsEntry& entry, const PreparedDataset& dataset,
                                const Protocol& protocol, const ProtocolSettings& settings,
                                int fold, const fs::path& results) {
  PredictionsRun run{
      .dataset = &dataset,
      .protocol = &protocol,
      .settings = &settings,
      .entry = &entry,
      .fold = fold,
      .folder = run_folder(results, dataset.raw.name, protocol.id, entry.run_folder_name(), fold),
      .source = fill_in(entry.folder, dataset.raw.name, fold),
      .manifest = {}};
  NnunetFold found;
  if (!entry.nnunet.empty()) {
    const fs::path folder = fill_in(entry.nnunet, dataset.raw.name, fold);
    found = read_nnunet_fold(folder, dataset, protocol, settings, fold);
    run.source = found.predictions;
  }
  const std::vector<std::string> cases = fold_split(dataset, fold).val;
  const LabelFiles files =
      find_label_files(run.source, cases, dataset.raw.file_ending, entry.where);
  run.manifest = {
      {"name", entry.name},
      {"dataset", dataset.raw.name},
      {"fold", fold},
      {"protocol_id", protocol.id},
      {"protocol", protocol.values},
      {"predictions",
       {{"made_by", entry.nnunet.empty() ? "another tool" : "nnU-Net"},
        {"folder", entry.nnunet.empty() ? entry.folder : entry.nnunet},
        {"url", entry.url}}},
      {"label_files",
       {{"folder", fs::absolute(run.source).lexically_normal().string()},
        {"count", files.cases.size()},
        {"sha256", files.sha256}}},
      {"citation", entry.citation},
      {"deviations", found.deviations},
      {"information", to_json(join_declarations(entry.declares, found.found, entry.where))},
      {"classes", foreground_names(dataset.raw.labels)},
      {"cases", cases},
      {"device", found.device},
      {"versions", {{"voxarena", VOXARENA_VERSION}}}};
  run.manifest.update(costs_json(entry.costs, found, cases.size()));
  return run;
}

JobState predictions_state(const PredictionsRun& run) {
  const Json there = read_manifest(run.folder);
  if (there.empty()) return JobState::not_started;
  if (!there.contains("predictions")) {
    throw Error::input(fmt::format("{}: holds a run of a method called '{}'",
                                   run.folder.path.string(), run.entry->name),
                       "give these predictions another name in the spec, or remove that folder");
  }
  if (there.value("status", "") != "finished" || !fs::exists(run.folder.records()))
    return JobState::started;
  Json wanted = run.manifest;
  wanted["status"] = "finished";
  wanted["seconds"]["evaluate"] = there.value("seconds", Json::object()).value("evaluate", 0.0);
  return canonical_json(there) == canonical_json(wanted) ? JobState::finished : JobState::started;
}

void run_predictions(const PredictionsRun& run, const RunContext& context) {
  if (predictions_state(run) == JobState::finished) return;
  remove_temporary_files(run.folder.path.parent_path());
  const auto start = std::chrono::steady_clock::now();
  Json manifest = run.manifest;
  manifest["status"] = "started";
  write_json(run.folder.manifest(), manifest);
  const auto cases = manifest.at("cases").get<std::vector<std::string>>();
  copy_label_files(run, cases);
  for (const std::string& id : cases) require_same_place(run, id);
  evaluate_fold(*run.dataset, *run.settings, run.fold, run.folder, context);
  manifest["seconds"]["evaluate"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  manifest["status"] = "finished";
  write_json(run.folder.manifest(), manifest);
}

std::string describe_predictions(const Json& manifest) {
  const Json& predictions = manifest.at("predictions");
  const auto made_by = predictions.at("made_by").get<std::string>();
  const bool declared = information_of(manifest).contains("training_data") &&
                        !information_of(manifest).at("training_data").is_null();
  std::string text = fmt::format("Made by {} outside of VoxArena, and trained as {}.", made_by,
                                 made_by == "nnU-Net" ? "its files and author say"
                                 : declared           ? "its author declares"
                                                      : "its author does not say");
  const Json& seconds = manifest.at("seconds");
  if (seconds.contains("train") || seconds.contains("predict") ||
      !manifest.at("peak_memory_mib").empty())
    text += " Times and memory are those of its machine.";
  const auto url = predictions.value("url", "");
  return url.empty() ? text : text + " " + url;
}

}  // namespace voxarena
