#include <fmt/core.h>

#include <boost/program_options/value_semantic.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/nnunet/commands.h"
#include "evaluation/folder_evaluation.h"
#include "evaluation/summary.h"
#include "voxarena/core/error.h"
#include "voxarena/data/case_listing.h"

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

// Unlike Python, a case without a prediction is no reason to stop: it counts as the worst value.
int evaluate(const CommandLine& line, const Labels& labels, const std::string& ending,
             RunContext& context) {
  set_threads(line, context);
  const fs::path references = line.text("GT"), predictions = line.text("PRED");
  EvaluationSettings settings;
  settings.metrics.clear();
  const FolderEvaluation evaluation = voxarena::evaluate_folder(
      references, predictions,
      list_label_files(line.has("chill") ? predictions : references, ending), ending,
      EvaluationTask::from(labels, settings), context);
  const fs::path output = line.has("o") ? fs::path(line.text("o")) : predictions / "summary.json";
  write_summary(output, evaluation);
  for (const std::string& problem : evaluation.problems()) context.warn(problem);
  fmt::print("{}\n", output.string());
  return 0;
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
  return evaluate(line, Labels::from_dataset_json(dataset, file),
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
  Json labels = {{"background", 0}};
  for (const int label : line.get<std::vector<int>>("l")) labels[fmt::format("{}", label)] = label;
  if (line.has("il")) labels["ignore"] = line.get<int>("il");
  const fs::path references = line.text("GT");
  std::string ending;
  for (const char* known : {".nii.gz", ".nii", ".mha", ".nrrd"}) {
    std::error_code error;
    for (fs::directory_iterator it(references, error), end; !error && it != end;
         it.increment(error)) {
      if (ending.empty() && it->path().filename().string().ends_with(known)) ending = known;
    }
  }
  return evaluate(line, Labels::from_dataset_json({{"labels", labels}}, "-l"),
                  ending.empty() ? ".nii.gz" : ending, context);
}

}  // namespace voxarena::cli::nnunet
