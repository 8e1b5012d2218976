#include "voxarena/data/msd_dataset.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <regex>
#include <vector>

#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/json.h"
#include "voxarena/core/parallel.h"
#include "voxarena/data/image_file.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".nii.gz";

struct TaskName {
  int number = 0;
  std::string name;
};

TaskName parse_task(const fs::path& task) {
  static const std::regex pattern("Task([0-9]{1,3})_(.+)");
  std::smatch match;
  const std::string name = task.filename().string();
  if (!std::regex_match(name, match, pattern)) {
    throw Error::input(fmt::format("{}: is no folder of the Decathlon", task.string()),
                       "its name is like Task05_Prostate");
  }
  return {std::stoi(match[1].str()), match[2].str()};
}

// Case names of the .nii.gz files; hidden ones and macOS' "._" copies do not count.
std::vector<std::string> case_names(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw Error::input(fmt::format("{}: is not there", folder.string()), "extract the whole task");
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(kEnding) && !name.starts_with(".") && !name.starts_with("_"))
      names.push_back(name.substr(0, name.size() - kEnding.size()));
  }
  std::ranges::sort(names);
  return names;
}

void copy_content(const fs::path& from, const fs::path& to) { write_file(to, read_file(from)); }

void split_channels(const fs::path& image, const fs::path& folder, const std::string& id) {
  const auto target = [&](std::int64_t c) {
    return folder / fmt::format("{}_{:04}{}", id, c, kEnding);
  };
  if (count_channels(image) == 1) return copy_content(image, target(0));
  const ImageFile file = read_image_file(image);
  for (std::int64_t c = 0; c < file.channels; ++c) {
    write_image_file(target(c), file.geometry, file.size, VoxelType::float32,
                     file.values.data() + c * voxels(file.size));
  }
}

Json convert_description(const fs::path& file) {
  Json json = read_json(file);
  if (!json.is_object() || !json.contains("labels") || !json["labels"].is_object() ||
      !json.contains("modality")) {
    throw Error::input(fmt::format("{}: has no 'labels' and 'modality'", file.string()),
                       "it is the Decathlon's dataset.json");
  }
  Json labels = Json::object();
  for (const auto& [value, name] : json["labels"].items()) {
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || !name.is_string()) {
      throw Error::input(
          fmt::format("{}: labels: '{}' is no number with a name", file.string(), value),
          "the Decathlon writes \"1\": \"name\"");
    }
    labels[name.get<std::string>()] = number;
  }
  json["labels"] = labels;
  json["file_ending"] = kEnding;
  json["channel_names"] = json["modality"];
  for (const char* key : {"modality", "training", "test"}) json.erase(key);
  return json;
}

void require_free_number(const fs::path& raw, const std::string& name) {
  std::error_code error;
  const std::string number = name.substr(0, name.find('_') + 1);
  for (fs::directory_iterator it(raw, error), end; !error && it != end; it.increment(error)) {
    if (!it->path().filename().string().starts_with(number)) continue;
    if (!fs::exists(it->path() / "dataset.json") && it->path().filename() == name)
      continue;  // an earlier conversion that was interrupted
    throw Error::input(fmt::format("{}: has this number already", it->path().string()),
                       "choose another one with -overwrite_id");
  }
}

}  // namespace

std::string convert_msd_dataset(const fs::path& task, const fs::path& raw, std::optional<int> id,
                                const RunContext& context) {
  const TaskName given = parse_task(task);
  const std::string name = fmt::format("Dataset{:03}_{}", id.value_or(given.number), given.name);
  const Json description = convert_description(task / "dataset.json");
  require_free_number(raw, name);
  struct Image {
    const char* folder;
    std::string id;
  };
  std::vector<Image> images;
  for (const char* folder : {"imagesTr", "imagesTs"}) {
    for (std::string& one : case_names(task / folder)) images.push_back({folder, std::move(one)});
  }
  const std::vector<std::string> labels = case_names(task / "labelsTr");
  for (const char* folder : {"imagesTr", "imagesTs", "labelsTr"}) make_folder(raw / name / folder);
  Progress progress = context.progress("convert", static_cast<std::int64_t>(images.size()));
  parallel_for(static_cast<std::int64_t>(images.size()), context.threads, [&](std::int64_t i) {
    context.check_interrupt();
    const Image& one = images[static_cast<std::size_t>(i)];
    split_channels(task / one.folder / (one.id + std::string(kEnding)), raw / name / one.folder,
                   one.id);
    progress.advance(1, one.id);
  });
  for (const std::string& one : labels) {
    const std::string file = one + std::string(kEnding);
    copy_content(task / "labelsTr" / file, raw / name / "labelsTr" / file);
  }
  write_json(raw / name / "dataset.json", description);
  return name;
}

}  // namespace voxarena
