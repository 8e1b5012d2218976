#include "benchmark/nnunet_journal.h"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <torch/version.h>

#include <chrono>
#include <cmath>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "benchmark/progress_plot.h"
#include "benchmark/protocol.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/version.h"
#include "voxarena/data/splits.h"
#include "voxarena/plan/input_channels.h"
#include "voxarena/plugin/model.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::tm local_time(double seconds) {
  const auto whole = static_cast<std::time_t>(std::floor(seconds));
  std::tm out{};
  ::localtime_r(&whole, &out);
  return out;
}

// "2026-11-22 20:42:44.832578: text "
std::string stamped(double seconds, const std::string& text) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:06d}: {} \n", local_time(seconds),
                     static_cast<int>((seconds - std::floor(seconds)) * 1e6), text);
}

// As Python's round(value, digits): without zeros at the end.
std::string rounded(double value, int digits) {
  if (std::isnan(value)) return "nan";
  const double scale = std::pow(10.0, digits);
  const std::string text = fmt::format("{}", std::round(value * scale) / scale);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string python_bool(bool value) { return value ? "True" : "False"; }

// "(0, 1, 2)", "(2,)", "None"
std::string python_tuple(const std::vector<int>& values) {
  if (values.empty()) return "None";
  return fmt::format("({}{})", fmt::join(values, ", "), values.size() == 1 ? "," : "");
}

}  // namespace

NnunetJournal::NnunetJournal(fs::path fold) : fold_(std::move(fold)) {
  const std::tm time = local_time(now());
  file_ =
      fold_ / fmt::format("training_log_{}_{}_{}_{:02d}_{:02d}_{:02d}.txt", time.tm_year + 1900,
                          time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min, time.tm_sec);
}

void NnunetJournal::append(const std::string& text) const {
  make_folder(fold_);
  std::ofstream out(file_, std::ios::app);
  out << text;
  if (!out.flush())
    throw Error::input(fmt::format("{}: cannot be written", file_.string()),
                       "make room on the disk, or check the rights of the folder");
}

void NnunetJournal::line(const std::string& text) const { append(stamped(now(), text)); }

void NnunetJournal::epoch(const std::vector<EpochRecord>& log) const {
  if (log.empty()) return;
  append(epoch_lines(log, now()));
  write_progress_plot(fold_ / "progress.png", log);
}

std::string epoch_lines(const std::vector<EpochRecord>& log, double end) {
  const EpochRecord& record = log.back();
  double best = -1;  // of the moving average before this epoch
  for (std::size_t i = 0; i + 1 < log.size(); ++i) best = std::max(best, log[i].ema.value_or(-1));
  std::vector<std::string> dice;
  for (const double value : record.dice) dice.push_back(rounded(value, 4));
  const double start = end - record.seconds;
  std::string text = stamped(start, "") + stamped(start, fmt::format("Epoch {}", record.epoch)) +
                     stamped(start, "Current learning rate: " + rounded(record.learning_rate, 5)) +
                     stamped(end, "train_loss " + rounded(record.loss, 4)) +
                     stamped(end, "val_loss " + rounded(record.validation_loss, 4)) +
                     stamped(end, fmt::format("Pseudo dice [{}]", fmt::join(dice, ", "))) +
                     stamped(end, fmt::format("Epoch time: {} s", rounded(record.seconds, 2)));
  if (record.ema && *record.ema > best)
    text += stamped(end, "Yayy! New best EMA pseudo Dice: " + rounded(*record.ema, 4));
  return text;
}

Json nnunet_settings_json(const PreparedDataset& dataset, const NnunetModelName& model, int fold,
                          const ProtocolSettings& settings, const std::string& device) {
  const Configuration& configuration = dataset.plans.configuration(model.configuration);
  const Budget& budget = settings.budget;
  const Recipe recipe;
  const auto text = [](auto value) { return fmt::format("{}", value); };
  return {
      {"batch_size", text(configuration.batch_size)},
      {"configuration_name", model.configuration},
      {"dataset_json", dataset.raw.json_text},
      {"device", device},
      {"fold", fold_name(fold)},
      {"inference_allowed_mirroring_axes",
       python_tuple(mirror_axes(settings, configuration.dimensions()))},
      {"initial_lr", text(recipe.learning_rate)},
      {"is_cascaded", python_bool(!configuration.previous_stage.empty())},
      {"is_ddp", "False"},
      {"network", configuration.architecture.network_class},
      {"num_epochs", text(budget.iterations / budget.iterations_per_epoch)},
      {"num_input_channels",
       text(dataset.raw.channels() + previous_stage_channels(configuration, dataset.raw.labels))},
      {"num_iterations_per_epoch", text(budget.iterations_per_epoch)},
      {"num_val_iterations_per_epoch", text(budget.validation_iterations)},
      {"preprocessed_dataset_folder", (dataset.folder / configuration.data_identifier).string()},
      {"preprocessed_dataset_folder_base", dataset.folder.string()},
      {"program", "VoxArena " VOXARENA_VERSION},
      {"torch_version", TORCH_VERSION},
      {"trainer", model.trainer},
      {"weight_decay", text(recipe.weight_decay)}};
}

}  // namespace voxarena
