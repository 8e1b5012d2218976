#include <fmt/core.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/command.h"
#include "evaluation/folder_evaluation.h"
#include "evaluation/statistics.h"
#include "evaluation/summary.h"
#include "voxarena/core/error.h"
#include "voxarena/core/memory.h"
#include "voxarena/data/case_listing.h"

namespace voxarena::cli {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

// Without the slash with which a shell completes the name of a folder: its parent counts.
fs::path folder_at(const std::string& text) {
  fs::path path = fs::absolute(text).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  if (fs::is_directory(path)) return path;
  throw Error::input(fmt::format("{}: is not a folder", path.string()),
                     "GT and PRED are folders of label files");
}

// dataset.json: named by the user, else beside the references, their parent or the predictions.
fs::path find_dataset_json(const CommandLine& line, const fs::path& references,
                           const fs::path& predictions) {
  if (line.has("dataset-json")) return line.text("dataset-json");
  for (const fs::path& folder :
       {references, references.parent_path(), predictions, predictions.parent_path()}) {
    if (fs::exists(folder / "dataset.json")) return folder / "dataset.json";
  }
  throw Error::input(fmt::format("{}: no dataset.json is beside it", references.string()),
                     "name the data set's with --dataset-json, it says what the labels mean");
}

// "5" for every class, "liver=5,spleen=3" for some, "1,liver=5" for both.
void read_tolerances(const std::string& text, EvaluationSettings& settings) {
  std::istringstream list(text);
  for (std::string item; std::getline(list, item, ',');) {
    const std::size_t equal = item.find('=');
    const std::string number = equal == std::string::npos ? item : item.substr(equal + 1);
    double mm = -1;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), mm);
    if (error != std::errc() || end != number.data() + number.size() || !(mm >= 0 && mm < 1e6)) {
      throw Error::usage(fmt::format("--tolerance: '{}' is not a length in mm", item),
                         "for example --tolerance 2 or --tolerance 1,liver=5");
    }
    if (equal == std::string::npos) {
      settings.tolerance = mm;
    } else {
      settings.class_tolerance[item.substr(0, equal)] = mm;
    }
  }
}

// "undefined", or `other`.
EmptyValue read_policy(const CommandLine& line, const char* option, const char* other,
                       EmptyValue of_other, EmptyValue standard) {
  if (!line.has(option)) return standard;
  const std::string policy = line.text(option);
  if (policy == other) return of_other;
  if (policy == "undefined") return EmptyValue::undefined;
  throw Error::usage(fmt::format("--{}: '{}' is not a policy", option, policy),
                     fmt::format("use undefined (left out of the mean) or {}", other));
}

EvaluationSettings read_settings(const CommandLine& line) {
  EvaluationSettings settings;
  if (line.has("tolerance")) read_tolerances(line.text("tolerance"), settings);
  if (line.has("metrics")) {
    settings.metrics.clear();
    std::istringstream list(line.text("metrics"));
    for (std::string key; std::getline(list, key, ',');) {
      if (key == "all") {
        for (const Metric& metric : voxarena::metrics()) settings.metrics.push_back(metric.key());
      } else {
        settings.metrics.push_back(find_metric(key).key());
      }
    }
  }
  settings.both_empty = read_policy(line, "empty", "best", EmptyValue::best, settings.both_empty);
  settings.empty_reference =
      read_policy(line, "empty-reference", "worst", EmptyValue::worst, settings.empty_reference);
  settings.empty_prediction =
      read_policy(line, "empty-prediction", "worst", EmptyValue::worst, settings.empty_prediction);
  return settings;
}

// Mean over cases of each class, then the mean over classes.
void print_means(const FolderEvaluation& evaluation) {
  const EvaluationTask& task = evaluation.task;
  std::vector<std::string> lines(task.classes.size() + 2);
  lines[0] = fmt::format("{:<24}", "class");
  for (std::size_t c = 0; c < task.classes.size(); ++c)
    lines[c + 1] = fmt::format("{:<24}", task.classes[c].name);
  lines.back() = fmt::format("{:<24}", "mean");
  for (std::size_t m = 0; m < task.metrics.size(); ++m) {
    if (task.metrics[m].direction == Direction::count) continue;
    const std::string key = task.metrics[m].key();
    const std::size_t width = std::max<std::size_t>(key.size(), 8);
    lines[0] += fmt::format(" {:>{}}", key, width);
    std::vector<double> means;
    for (std::size_t c = 0; c < task.classes.size(); ++c) {
      std::vector<double> values;
      for (const CaseEvaluation& one : evaluation.cases) values.push_back(one.values[c][m]);
      means.push_back(nan_mean(values));
      lines[c + 1] += fmt::format(" {:>{}.4f}", means.back(), width);
    }
    lines.back() += fmt::format(" {:>{}.4f}", nan_mean(means), width);
  }
  for (const std::string& line : lines) fmt::print("{}\n", line);
}

}  // namespace

int evaluate(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("evaluate", "GT PRED [options]",
                   "voxarena evaluate Dataset004_Hippocampus/labelsTr predictions -o out");
  line.positional("GT", "folder of reference label files")
      .positional("PRED", "folder of predicted label files");
  line.with_run_options().options()("dataset-json", po::value<std::string>(),
                                    "dataset.json that declares the labels")(
      "output,o", po::value<std::string>(),
      "folder for summary.json and records.csv (default: PRED)")(
      "chill",
      "evaluate only the cases that have a prediction; without it a missing one counts as the "
      "worst value")("metrics,m", po::value<std::string>(),
                     "comma-separated, beside Dice and IoU: HD95, HD95:medpy, ... or all; see "
                     "'voxarena metrics' (default: HD95,ASSD,NSD)")(
      "tolerance", po::value<std::string>(), "of NSD in mm: 2, or 1,liver=5 (default: 1)")(
      "empty", po::value<std::string>(),
      "value of a class that neither map holds: undefined (default) or best")(
      "empty-reference", po::value<std::string>(),
      "value of a class that is predicted only: worst (default) or undefined")(
      "empty-prediction", po::value<std::string>(),
      "value of a class that the reference only holds: worst (default) or undefined")(
      "json", "print the summary as JSON");
  if (!line.parse(arguments, context)) return 0;
  keep_freed_memory();
  const fs::path references = folder_at(line.text("GT")),
                 predictions = folder_at(line.text("PRED"));
  const fs::path dataset_json = find_dataset_json(line, references, predictions);
  const Json dataset = read_json(dataset_json);
  const std::string ending = dataset.value("file_ending", ".nii.gz");
  const auto task = EvaluationTask::from(Labels::from_dataset_json(dataset, dataset_json.string()),
                                         read_settings(line));
  const std::vector<std::string> cases =
      list_label_files(line.has("chill") ? predictions : references, ending);
  const FolderEvaluation evaluation =
      evaluate_folder(references, predictions, cases, ending, task, context);
  const fs::path output = line.has("output") ? fs::path(line.text("output")) : predictions;
  write_summary(output / "summary.json", evaluation);
  write_records(output / "records.csv",
                to_records(evaluation,
                           dataset.value("name", references.parent_path().filename().string()), 0));
  if (line.has("json")) {
    fmt::print("{}\n", dump_json(summary_json(evaluation)));
    return 0;
  }
  print_means(evaluation);
  fmt::print("{}\n", describe(task.settings));
  fmt::print(
      "{} cases, {} of them without a usable prediction; summary.json and records.csv are in {}\n",
      cases.size(), evaluation.problems().size(), output.string());
  return 0;
}

}  // namespace voxarena::cli
