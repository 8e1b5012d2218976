#include "benchmark/prepared_dataset.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "benchmark/plans_file.h"
#include "preprocessing/fingerprint_extraction.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/hash.h"
#include "voxarena/data/patients.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

constexpr const char* kStampFile = "voxarena_dataset.json";

fs::path require_root(const fs::path& root, const char* option, const char* variable) {
  if (!root.empty()) return root;
  throw Error::usage(fmt::format("no folder for {} data sets is named", option),
                     fmt::format("pass --{} FOLDER or set the variable {}", option, variable));
}

// Sizes and times of all files: changes whenever their content may have changed.
std::string files_state(const RawDataset& raw) {
  Sha256 state;
  const auto add = [&](const fs::path& file) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    const auto time = fs::last_write_time(file, error).time_since_epoch().count();
    state.update(fmt::format("{} {} {}\n", file.string(), size, time));
  };
  add(raw.folder / "dataset.json");
  for (const RawCase& one : raw.cases) {
    for (const fs::path& image : one.images) add(image);
    add(one.label);
  }
  return state.hex();
}

Json read_stamp(const fs::path& folder) {
  const fs::path file = folder / kStampFile;
  return fs::exists(file) ? read_json(file) : Json::object();
}

std::vector<std::string> case_ids(const RawDataset& raw) {
  std::vector<std::string> ids;
  for (const RawCase& one : raw.cases) ids.push_back(one.id);
  return ids;
}

std::vector<Split> read_user_splits(const fs::path& file, const std::vector<std::string>& ids,
                                    const std::string& patient) {
  std::vector<Split> splits = read_splits(file, ids);
  if (!patient.empty()) require_patient_wise(splits, patient, file.string());
  return splits;
}

// The user's splits (preprocessed folder first, then raw), else nnU-Net's five folds. A file in the
// preprocessed folder that was written here, as `stamp` remembers, is not the user's.
std::vector<Split> find_splits(const RawDataset& raw, const fs::path& folder,
                               const std::string& patient, Json& stamp) {
  const std::vector<std::string> ids = case_ids(raw);
  const fs::path file = folder / "splits_final.json", raw_file = raw.folder / "splits_final.json";
  const bool exists = fs::exists(file);
  const std::string there = exists ? read_file(file) : "";
  const bool ours = sha256(there) == stamp.value("splits_written", "");
  if (exists && !ours) return read_user_splits(file, ids, patient);
  std::vector<Split> splits;
  if (fs::exists(raw_file)) {
    splits = read_user_splits(raw_file, ids, patient);
  } else {
    splits = patient.empty() ? five_fold_splits(ids) : five_fold_splits(ids, patient);
  }
  const std::string wanted = splits_text(splits);
  if (there == wanted) return splits;
  // In this order nothing of ours is ever taken for the user's, wherever the process is killed.
  std::error_code error;
  fs::remove(file, error);
  stamp["splits_written"] = sha256(wanted);
  write_json(folder / kStampFile, stamp);
  write_file(file, wanted);
  return splits;
}

// The labels that predictions are compared with. Those of an earlier state of the raw data are
// replaced.
void copy_references(const RawDataset& raw, const fs::path& folder, bool changed) {
  for (const RawCase& one : raw.cases) {
    const fs::path copy = folder / "gt_segmentations" / (one.id + raw.file_ending);
    if (fs::exists(copy) && !changed) continue;
    const std::string label = read_file(one.label);
    if (!fs::exists(copy) || read_file(copy) != label) write_file(copy, label);
  }
}

}  // namespace

std::string remembered_dataset_hash(const RawDataset& raw, const fs::path& folder,
                                    const RunContext& context) {
  const std::string state = files_state(raw);
  Json stamp = read_stamp(folder);
  if (stamp.value("files_state", "") == state) return stamp.at("dataset_hash").get<std::string>();
  stamp["files_state"] = state;
  stamp["dataset_hash"] = dataset_hash(raw, context);
  write_json(folder / kStampFile, stamp);
  return stamp["dataset_hash"].get<std::string>();
}

PreparedDataset plan_dataset(const std::string& dataset, const Roots& roots,
                             const RunContext& context, const PlanRequest& request) {
  require_root(roots.raw, "raw", "nnUNet_raw");
  const fs::path preprocessed =
      require_root(roots.preprocessed, "preprocessed", "nnUNet_preprocessed");
  PreparedDataset out;
  out.raw = open_raw_dataset(dataset, roots);
  out.folder = preprocessed / out.raw.name;
  make_folder(out.folder);
  remove_temporary_files(out.folder);
  out.hash = remembered_dataset_hash(out.raw, out.folder, context);

  // What nnU-Net or an earlier run left here is taken as it is, unless the raw data changed since.
  const Json before = read_stamp(out.folder);
  Json stamp = before;
  const std::string planned_for = stamp.value("planned_for", out.hash);
  const bool valid = !request.again && planned_for == out.hash;
  const fs::path fingerprint_file = out.folder / "dataset_fingerprint.json";
  if (valid && fs::exists(fingerprint_file)) {
    out.fingerprint = fingerprint_from_json(read_json(fingerprint_file), fingerprint_file.string());
  }
  const bool extract = out.fingerprint.spacings.size() != out.raw.cases.size();
  if (extract) {
    out.fingerprint = extract_fingerprint(out.raw, context);
    write_json(fingerprint_file, sorted(to_json(out.fingerprint)));
  }
  out.plans = find_plans(out, request, extract, stamp);
  if (stamp != before) write_json(out.folder / kStampFile, stamp);
  write_file(out.folder / "dataset.json", out.raw.json_text);
  const bool changed = stamp.value("planned_for", "") != out.hash;
  copy_references(out.raw, out.folder, changed);
  out.splits = find_splits(out.raw, out.folder, request.patient, stamp);
  if (changed) {
    stamp["planned_for"] = out.hash;
    write_json(out.folder / kStampFile, stamp);
  }
  return out;
}

}  // namespace voxarena
