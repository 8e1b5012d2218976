#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/nnunet/commands.h"
#include "evaluation/folder_evaluation.h"
#include "evaluation/summary.h"
#include "voxarena/core/error.h"
#include "voxarena/data/case_listing.h"
#include "voxarena/data/image_file.h"

namespace voxarena::cli::nnunet {
namespace po = boost::program_options;
namespace fs = std::filesystem;
namespace {

void add_evaluation_options(CommandLine& line) {
  line.with_single_dashes()
      .positional("GT", "folder of references")
      .positional("PRED", "folder of predictions");
  line.options()("o", po::value<std::string>(), "file; default: PRED/summary.json")(
      "chill", "only the cases that have a prediction");
  add_threads_option(line);
}

// Of the references, or only of the predictions with --chill.
std::vector<std::string> cases_option(const CommandLine& line, const std::string& ending) {
  const fs::path references = line.text("GT"), predictions = line.text("PRED");
  if (line.has("chill")) return list_label_files(predictions, ending);
  std::vector<std::string> cases = list_label_files(references, ending), missing;
  for (const std::string& id : cases) {
    if (!fs::exists(predictions / (id + ending))) missing.push_back(id + ending);
  }
  if (missing.empty()) return cases;
  constexpr std::size_t kNamed = 5;
  const std::size_t named = std::min(missing.size(), kNamed);
  const std::string more =
      missing.size() > named ? fmt::format(" and {} more", missing.size() - named) : "";
  throw Error::input(
      fmt::format(
          "{}: predictions are missing: {}{}", predictions.string(),
          fmt::join(missing.begin(), missing.begin() + static_cast<std::ptrdiff_t>(named), ", "),
          more),
      "predict them too, or evaluate only those that are there with --chill");
}

int evaluate(const CommandLine& line, const EvaluationTask& task, const std::string& ending,
             RunContext& context) {
  set_threads(line, context);
  const fs::path references = line.text("GT"), predictions = line.text("PRED");
  const FolderEvaluation evaluation = voxarena::evaluate_folder(
      references, predictions, cases_option(line, ending), ending, task, context);
  const fs::path output = line.has("o") ? fs::path(line.text("o")) : predictions / "summary.json";
  write_summary(output, evaluation);
  for (const std::string& problem : evaluation.problems()) context.warn(problem);
  fmt::print("{}\n", output.string());
  return 0;
}

// nnU-Net's summary.json and nothing more.
EvaluationSettings overlap_only() {
  EvaluationSettings settings;
  settings.metrics.clear();
  return settings;
}

// Of the first image in the folder; pictures may be there to look at.
std::string file_ending_in(const fs::path& folder) {
  std::set<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    files.insert(it->path().filename());
  for (const bool picture : {false, true}) {
    for (const fs::path& file : files) {
      if (!is_supported_ending(file) || is_natural_image(file) != picture) continue;
      return file.string().ends_with(".nii.gz") ? ".nii.gz" : file.extension().string();
    }
  }
  return ".nii.gz";
}

}  // namespace

int evaluate_folder(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet evaluate_folder", "GT PRED -djfile FILE [options]",
                   "voxarena nnunet evaluate_folder labelsTs predictions -djfile dataset.json");
  add_evaluation_options(line);
  line.options()("djfile", po::value<std::string>(), "dataset.json")(
      "pfile", po::value<std::string>(), "plans.json; is not needed here");
  if (!line.parse(arguments, context)) return 0;
  const std::string file = line.text("djfile");
  const Json dataset = read_json(file);
  return evaluate(line,
                  EvaluationTask::from(Labels::from_dataset_json(dataset, file), overlap_only()),
                  dataset.value("file_ending", ".nii.gz"), context);
}

int evaluate_simple(const std::vector<std::string>& arguments, RunContext& context) {
  CommandLine line("nnunet evaluate_simple", "GT PRED -l LABEL... [options]",
                   "voxarena nnunet evaluate_simple labelsTs predictions -l 1 2");
  add_evaluation_options(line);
  line.options()("l", po::value<std::vector<int>>()->multitoken(), "labels")("il", po::value<int>(),
                                                                             "ignore label");
  if (!line.parse(arguments, context)) return 0;
  if (!line.has("l")) throw Error::usage("-l is missing", "name the labels: -l 1 2");
  EvaluationTask task{.classes = {}, .ignore = {}, .settings = overlap_only()};
  for (const int label : line.get<std::vector<int>>("l")) {
    const std::string name = fmt::format("{}", label);
    task.classes.push_back({name, name, {label}});
  }
  if (line.has("il")) task.ignore = line.get<int>("il");
  return evaluate(line, task, file_ending_in(line.text("GT")), context);
}

}  // namespace voxarena::cli::nnunet
