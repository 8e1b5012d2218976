#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "evaluation/folder_evaluation.h"
#include "evaluation/summary.h"
#include "voxarena/core/error.h"

namespace voxarena::cli {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

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
      "worst value")("json", "print the summary as JSON");
  if (!line.parse(arguments, context)) return 0;
  const fs::path references = line.text("GT"), predictions = line.text("PRED");
  const fs::path dataset_json = find_dataset_json(line, references, predictions);
  const Json dataset = read_json(dataset_json);
  const std::string ending = dataset.value("file_ending", ".nii.gz");
  const auto task = EvaluationTask::from(Labels::from_dataset_json(dataset, dataset_json.string()));
  const std::vector<std::string> cases =
      list_label_files(line.has("chill") ? predictions : references, ending);
  const FolderEvaluation evaluation =
      evaluate_folder(references, predictions, cases, ending, task, context);
  const fs::path output = line.has("output") ? fs::path(line.text("output")) : predictions;
  write_summary(output / "summary.json", evaluation);
  write_records(output / "records.csv",
                to_records(evaluation,
                           dataset.value("name", references.parent_path().filename().string()), 0));
  const Json summary = summary_json(evaluation);
  if (line.has("json")) {
    fmt::print("{}\n", dump_json(summary));
    return 0;
  }
  fmt::print("{:<24} {:>8} {:>8}\n", "class", "Dice", "IoU");
  for (const EvaluatedClass& one : task.classes) {
    const Json& mean = summary.at("mean").at(one.key);
    fmt::print("{:<24} {:>8.4f} {:>8.4f}\n", one.name, mean.at("Dice").get<double>(),
               mean.at("IoU").get<double>());
  }
  fmt::print("{:<24} {:>8.4f} {:>8.4f}\n", "mean",
             summary.at("foreground_mean").at("Dice").get<double>(),
             summary.at("foreground_mean").at("IoU").get<double>());
  fmt::print(
      "{} cases, {} of them without a usable prediction; summary.json and records.csv are in {}\n",
      cases.size(), evaluation.problems().size(), output.string());
  return 0;
}

}  // namespace voxarena::cli
