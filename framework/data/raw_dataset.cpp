#include "voxarena/data/raw_dataset.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/hash.h"
#include "voxarena/core/json.h"
#include "voxarena/core/parallel.h"
#include "voxarena/data/case_listing.h"
#include "voxarena/data/image_file.h"
#include "voxarena/data/image_reader.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

fs::path root(const std::string& option, const char* variable) {
  if (!option.empty()) return option;
  const char* value = std::getenv(variable);
  return value == nullptr ? fs::path() : fs::path(value);
}

// 4 for "4" and "004", nothing for names.
std::optional<int> dataset_number(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

bool is_path(const std::string& dataset) {
  return dataset.find('/') != std::string::npos || dataset == "." || dataset == ".." ||
         fs::exists(fs::path(dataset) / "dataset.json");
}

// The last component that is not empty: "a/b/" → "b".
std::string folder_name(const fs::path& folder) {
  const fs::path path = fs::absolute(folder).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

const Json& field(const Json& json, const char* name, const std::string& source) {
  const auto found = json.find(name);
  if (found != json.end()) return *found;
  throw Error::input(fmt::format("{}: '{}' is missing", source, name),
                     "required are channel_names, labels, numTraining and file_ending");
}

std::string read_file_ending(const Json& json, const std::string& source) {
  const Json& ending = field(json, "file_ending", source);
  if (!ending.is_string() || !is_supported_ending("case" + ending.get<std::string>())) {
    throw Error::input(
        fmt::format("{}: file_ending {} is not supported", source, json_text(ending)),
        fmt::format("supported are {}", kSupportedEndings));
  }
  return ending.get<std::string>();
}

void check_count(const RawDataset& dataset, const Json& json, const std::string& source) {
  const Json& count = field(json, "numTraining", source);
  if (!count.is_number_integer()) {
    throw Error::input(
        fmt::format("{}: numTraining is {}, not an integer", source, json_text(count)),
        fmt::format("write \"numTraining\": {}", dataset.cases.size()));
  }
  if (count.get<std::int64_t>() == static_cast<std::int64_t>(dataset.cases.size())) return;
  throw Error::input(fmt::format("{}: numTraining is {} but there are {} training cases", source,
                                 json_text(count), dataset.cases.size()),
                     "correct numTraining, or look for cases that were not copied");
}

}  // namespace

Roots Roots::from(const std::string& raw, const std::string& preprocessed,
                  const std::string& results) {
  return {root(raw, "nnUNet_raw"), root(preprocessed, "nnUNet_preprocessed"),
          root(results, "nnUNet_results")};
}

std::vector<std::string> read_channel_names(const Json& json, const std::string& source) {
  const char* key =
      !json.contains("channel_names") && json.contains("modality") ? "modality" : "channel_names";
  const Json& channels = field(json, key, source);
  std::map<int, std::string> names;
  for (const auto& [number, name] : channels.items()) {
    const std::optional<int> index = dataset_number(number);
    if (!channels.is_object() || !index || !name.is_string()) break;
    names[*index] = name.get<std::string>();
  }
  const bool complete = !names.empty() && names.size() == channels.size() &&
                        names.rbegin()->first == static_cast<int>(names.size()) - 1;
  if (!complete) {
    throw Error::input(fmt::format("{}: '{}' must map \"0\", \"1\", ... to names", source, key),
                       R"(write for example "channel_names": {"0": "T1", "1": "T2"})");
  }
  std::vector<std::string> out;
  for (const auto& [number, name] : names) out.push_back(name);
  return out;
}

const RawCase& RawDataset::find(const std::string& id) const {
  const auto found =
      std::find_if(cases.begin(), cases.end(), [&](const RawCase& one) { return one.id == id; });
  if (found != cases.end()) return *found;
  throw Error::input(fmt::format("{}: has no case '{}'", name, id),
                     "case ids are file names without channel number");
}

std::string resolve_dataset_name(const std::string& dataset, const Roots& roots) {
  if (is_path(dataset)) return folder_name(dataset);
  const std::optional<int> number = dataset_number(dataset);
  if (!number) return dataset;
  const std::string prefix = fmt::format("Dataset{:03}_", *number);
  std::set<std::string> names;
  for (const fs::path& folder : {roots.raw, roots.preprocessed, roots.results}) {
    std::error_code ignored;
    if (folder.empty()) continue;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
      const std::string name = entry.path().filename().string();
      if (entry.is_directory(ignored) && name.starts_with(prefix)) names.insert(name);
    }
  }
  if (names.size() == 1) return *names.begin();
  if (names.empty()) {
    throw Error::input(
        fmt::format("data set {}: no folder {}... below '{}'", dataset, prefix, roots.raw.string()),
        "set --raw (or nnUNet_raw) to the folder that holds the data sets, or give a path");
  }
  throw Error::input(fmt::format("data set {}: several folders have this number: {}", dataset,
                                 fmt::join(names, ", ")),
                     "give the full name");
}

RawDataset open_raw_dataset(const std::string& dataset, const Roots& roots) {
  RawDataset out;
  out.name = resolve_dataset_name(dataset, roots);
  out.folder = is_path(dataset) ? fs::absolute(dataset).lexically_normal() : roots.raw / out.name;
  if (!is_path(dataset) && roots.raw.empty()) {
    throw Error::input(fmt::format("data set {}: no folder of raw data is set", dataset),
                       "set --raw or nnUNet_raw, or give the path of the data set");
  }
  const std::string source = (out.folder / "dataset.json").string();
  if (!fs::exists(source)) {
    throw Error::input(
        fmt::format("{}: no such file", source),
        "a data set is a folder DatasetXXX_Name with dataset.json, imagesTr and labelsTr");
  }
  out.json_text = read_file(source);
  out.json = parse_json(out.json_text, source);
  const Json& json = out.json;
  if (!json.is_object())
    throw Error::input(fmt::format("{}: not a JSON object", source), "see nnU-Net's manual");
  out.labels = Labels::from_dataset_json(json, source);
  out.channel_names = read_channel_names(json, source);
  out.file_ending = read_file_ending(json, source);
  out.reader = choose_image_reader(json, out.file_ending, out.unknown_reader);
  if (json.contains("dataset")) {
    out.cases = cases_of_file_list(json.at("dataset"), out.folder, out.channels());
  } else {
    out.cases = list_cases(out.folder / "imagesTr", out.file_ending, out.channels());
    add_labels(out.cases, out.folder / "labelsTr", out.file_ending);
  }
  check_count(out, json, source);
  return out;
}

std::string dataset_hash(const RawDataset& dataset, const RunContext& context) {
  std::vector<std::string> cases(dataset.cases.size());
  parallel_for(static_cast<std::int64_t>(cases.size()), context.threads, [&](std::int64_t i) {
    context.check_interrupt();
    const RawCase& one = dataset.cases[static_cast<std::size_t>(i)];
    std::string& text = cases[static_cast<std::size_t>(i)];
    text = one.id + '\n';
    for (const fs::path& image : one.images) text += sha256_file(image) + '\n';
    text += sha256_file(one.label) + '\n';
  });
  Sha256 hash;
  // In the file's order of keys, which has meaning for regions, but whatever its white space.
  hash.update(json_text(dataset.json) + '\n');
  for (const std::string& text : cases) hash.update(text);
  return hash.hex();
}

}  // namespace voxarena
