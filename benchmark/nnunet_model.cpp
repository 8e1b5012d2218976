#include "benchmark/nnunet_model.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <stdlib.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "benchmark/nnunet_layout.h"
#include "training/nnunet_checkpoint.h"
#include "voxarena/core/error.h"
#include "voxarena/data/raw_dataset.h"
#include "voxarena/plan/input_channels.h"
#include "voxarena/plugin/device.h"
#include "voxarena/weights/state_dict.h"
#include "voxarena/weights/zip_extract.h"
#include "voxarena/weights/zip_file.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kFold = "fold_";
constexpr std::uint64_t kLargestModel = 64ULL << 30;

bool has_checkpoints(const fs::path& fold) {
  std::error_code error;
  for (fs::directory_iterator it(fold, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".pth") return true;
  }
  return false;
}

bool is_fold(const fs::path& folder) {
  return folder.filename().string().starts_with(kFold) && has_checkpoints(folder);
}

fs::path normal(const fs::path& path) {
  const fs::path out = fs::absolute(path).lexically_normal();
  return out.has_filename() ? out : out.parent_path();  // without the last slash
}

// fold_0, fold_1, ..., by number; fold_all only where it is the only one.
std::vector<std::string> find_folds(const fs::path& folder, const std::string& checkpoint) {
  std::vector<int> numbers;
  bool all = false;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(kFold) || !fs::exists(it->path() / checkpoint)) continue;
    const std::string fold = name.substr(kFold.size());
    all |= fold == "all";
    const bool number = !fold.empty() && fold.size() < 6 &&
                        std::ranges::all_of(fold, [](char c) { return c >= '0' && c <= '9'; });
    if (number) numbers.push_back(std::stoi(fold));
  }
  std::ranges::sort(numbers);
  std::vector<std::string> folds;
  for (const int number : numbers) folds.push_back(std::to_string(number));
  if (folds.empty() && all) folds.emplace_back("all");
  if (folds.empty()) {
    throw Error::input(fmt::format("{}: no fold holds a {}", folder.string(), checkpoint),
                       "name another checkpoint, such as --checkpoint checkpoint_latest.pth");
  }
  return folds;
}

// The configuration and those it inherits from alone: others may ask for what VoxArena lacks.
Json relevant_plans(const fs::path& file, const std::string& configuration) {
  Json plans = read_json(file);
  if (!plans.is_object() || !plans.contains("configurations") ||
      !plans["configurations"].is_object())
    return plans;  // plans_from_json() says what is wrong
  Json kept = Json::object();
  const Json& all = plans["configurations"];
  for (std::string name = configuration; all.contains(name) && !kept.contains(name);) {
    kept[name] = all[name];
    if (!all[name].is_object()) break;
    const Json parent = all[name].value("inherits_from", Json());
    if (parent.is_string()) name = parent.get<std::string>();
  }
  plans["configurations"] = std::move(kept);
  return plans;
}

std::string method_of(const Configuration& configuration, const fs::path& file) {
  const std::string& network = configuration.architecture.network_class;
  if (network == "PlainConvUNet") return "plain_unet";
  if (network == "ResidualEncoderUNet") return "resenc_unet";
  throw Error::input(fmt::format("{}: there is no network '{}'", file.string(), network),
                     "models of PlainConvUNet and ResidualEncoderUNet are read");
}

TrainedRun open_run(const fs::path& folder, const std::string& configuration,
                    const Paths& plugin_paths) {
  const fs::path plans_file = folder / "plans.json", dataset_file = folder / "dataset.json";
  Plans plans = plans_from_json(relevant_plans(plans_file, configuration), plans_file.string());
  const Configuration chosen = plans.configuration(configuration);
  plans.configurations = {chosen};
  plans.configurations.front().inherits_from.clear();
  const Json dataset = read_json(dataset_file);
  if (!dataset.is_object() || !dataset.contains("file_ending") ||
      !dataset.at("file_ending").is_string()) {
    throw Error::input(fmt::format("{}: has no 'file_ending'", dataset_file.string()),
                       "it is nnU-Net's copy of the data set's file");
  }
  return {.method = load_method(method_of(chosen, plans_file), plugin_paths),
          .plans = std::move(plans),
          .labels = Labels::from_dataset_json(dataset, dataset_file.string()),
          .channels =
              static_cast<std::int64_t>(read_channel_names(dataset, dataset_file.string()).size()),
          .file_ending = dataset.at("file_ending").get<std::string>(),
          .window = {}};
}

void add_model(TrainedRun& run, const NnunetCheckpoint& checkpoint, const fs::path& file,
               const RunContext& context) {
  const Options options =
      Options::from_json(Json::object(), run.method.description().options, file.string());
  const Plan plan{run.channels + previous_stage_channels(run.configuration(), run.labels),
                  run.labels.heads(), run.configuration()};
  Model& model = *run.models.emplace_back(run.method.create(plan, options));
  load_exactly(model.module(), checkpoint.network, file.string());
  move_to_device(model, context.device);
}

TrainedRun open_folder(const fs::path& folder, const NnunetModelRequest& request,
                       const Paths& plugin_paths, const RunContext& context) {
  const std::vector<std::string> folds =
      request.folds.empty() ? find_folds(folder, request.checkpoint) : request.folds;
  const auto file_of = [&](const std::string& fold) {
    return fold_folder(folder, fold) / request.checkpoint;
  };
  const NnunetCheckpoint first = read_nnunet_checkpoint(file_of(folds.front()));
  TrainedRun run = open_run(folder, first.configuration, plugin_paths);
  run.window.mirror_axes = first.mirror_axes.value_or(std::vector<int>{});
  add_model(run, first, file_of(folds.front()), context);
  for (std::size_t i = 1; i < folds.size(); ++i)
    add_model(run, read_nnunet_checkpoint(file_of(folds[i])), file_of(folds[i]), context);
  return run;
}

// A new folder, removed with all it holds at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "voxarena-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw Error::input(fmt::format("{}: cannot be made", name),
                         "let TMPDIR name a folder with room for the model");
    }
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// The folder of the model inside the archive, with its slash.
std::string model_in_zip(const fs::path& zip, const std::string& configuration) {
  constexpr std::string_view kPlans = "plans.json";
  std::vector<std::string> found;
  const ZipFile archive(zip);
  for (const ZipEntry& entry : archive.entries()) {
    if (fs::path(entry.name).filename() != kPlans) continue;
    const std::string folder = entry.name.substr(0, entry.name.size() - kPlans.size());
    if (configuration.empty() || folder.ends_with("__" + configuration + "/"))
      found.push_back(folder);
  }
  if (found.size() == 1) return found.front();
  throw Error::input(
      found.empty()
          ? fmt::format("{}: holds no model of nnU-Net{}", zip.string(),
                        configuration.empty() ? "" : " of configuration " + configuration)
          : fmt::format("{}: holds several models: {}", zip.string(), fmt::join(found, ", ")),
      "choose one with --configuration");
}

}  // namespace

bool is_nnunet_model(const fs::path& path) {
  if (fs::is_regular_file(path)) return is_zip_file(path);
  const fs::path folder = normal(path);
  if (is_fold(folder)) return fs::exists(folder.parent_path() / "plans.json");
  if (!fs::exists(folder / "plans.json")) return false;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (is_fold(it->path())) return true;
  }
  return false;
}

TrainedRun open_nnunet_model(const fs::path& path, const NnunetModelRequest& request,
                             const Paths& plugin_paths, const RunContext& context) {
  if (fs::is_regular_file(path)) {
    const std::string model = model_in_zip(path, request.configuration);
    const ScratchFolder folder;
    extract_zip(
        path, folder.path(),
        [&](const std::string& name) {
          return name.starts_with(model) &&
                 (name.ends_with(".json") || name.ends_with("/" + request.checkpoint));
        },
        kLargestModel);
    return open_folder(folder.path() / model, request, plugin_paths, context);
  }
  const fs::path folder = normal(path);
  if (!is_fold(folder)) return open_folder(folder, request, plugin_paths, context);
  NnunetModelRequest one = request;
  if (one.folds.empty()) one.folds = {folder.filename().string().substr(kFold.size())};
  return open_folder(folder.parent_path(), one, plugin_paths, context);
}

}  // namespace voxarena
