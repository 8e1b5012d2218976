#include "benchmark/best_configuration.h"

#include <fmt/core.h>

#include <map>
#include <nlohmann/json.hpp>

#include "benchmark/crossval_ensemble.h"
#include "evaluation/summary.h"
#include "inference/ensemble.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/data/case_listing.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

struct ModelDescription {
  Labels labels;
  std::string file_ending;
};

ModelDescription read_description(const fs::path& model) {
  const fs::path file = model / "dataset.json";
  const Json dataset = read_json(file);
  return {Labels::from_dataset_json(dataset, file.string()),
          dataset.value("file_ending", ".nii.gz")};
}

void require_validation(const fs::path& model, const FoldNames& folds) {
  for (const std::string& fold : folds) {
    if (fs::is_directory(validation_folder(model, fold))) continue;
    throw Error::input(fmt::format("{}: has no validation of fold {}", model.string(), fold),
                       "train all requested folds first, or name those that are there with -f");
  }
}

FolderEvaluation evaluate_overlap(const fs::path& references, const fs::path& predictions,
                                  const ModelDescription& model, const RunContext& context) {
  FolderEvaluation evaluation =
      evaluate_folder(references, predictions, list_label_files(predictions, model.file_ending),
                      model.file_ending, EvaluationTask::overlap(model.labels), context);
  write_summary(predictions / "summary.json", evaluation);
  return evaluation;
}

// The same cases of both models, whichever folds they were in.
std::vector<EnsembleCase> crossval_cases(const std::vector<fs::path>& models,
                                         const FoldNames& folds) {
  std::map<std::string, EnsembleCase> cases;
  for (std::size_t m = 0; m < models.size(); ++m) {
    for (const std::string& fold : folds) {
      for (EnsembleCase& one : list_ensemble_cases({validation_folder(models[m], fold)})) {
        EnsembleCase& merged = cases[one.id];
        if (merged.probabilities.size() != m) {
          throw Error::input(fmt::format("case {}: {} has it in two folds, or {} has not", one.id,
                                         models[m].string(), models.front().string()),
                             "all members of an ensemble must have validated the same cases");
        }
        merged.id = one.id;
        merged.probabilities.push_back(one.probabilities.front());
      }
    }
  }
  std::vector<EnsembleCase> out;
  for (auto& [id, one] : cases) {
    if (one.probabilities.size() != models.size()) {
      throw Error::input(fmt::format("case {}: {} did not validate it", id, models.back().string()),
                         "all members of an ensemble must have validated the same cases");
    }
    out.push_back(std::move(one));
  }
  return out;
}

Candidate single_candidate(const NnunetModelName& model, const BestConfigurationRequest& request,
                           const RunContext& context) {
  const fs::path folder = request.results / model.folder();
  if (!fs::is_directory(folder)) {
    throw Error::input(fmt::format("{}: is not there", folder.string()),
                       "train this model first, or name others with -c, -p and -tr");
  }
  const fs::path output = crossval_folder(folder, request.folds);
  const FolderEvaluation evaluation = accumulate_folds(
      folder, request.folds, output, request.references, request.overwrite, context);
  return {{model}, model.folder(), output, foreground_dice(evaluation)};
}

Candidate ensemble_candidate(const NnunetModelName& a, const NnunetModelName& b,
                             const BestConfigurationRequest& request, const RunContext& context) {
  const std::vector<fs::path> models{request.results / a.folder(), request.results / b.folder()};
  const std::string name = ensemble_name(a, b, request.folds);
  const fs::path output = request.results / "ensembles" / name;
  const ModelDescription description = read_description(models.front());
  const EnsembleOutput files{
      .folder = output, .file_ending = description.file_ending, .resume = !request.overwrite};
  const bool saved = has_probabilities(models.front(), request.folds) &&
                     has_probabilities(models.back(), request.folds);
  if (saved || request.dataset == nullptr) {
    write_ensemble(crossval_cases(models, request.folds), description.labels, files, context);
  } else {
    write_crossval_ensemble(models, request.folds, *request.dataset, files, context);
  }
  copy_model_description(models.front(), output);
  return {{a, b},
          name,
          output,
          foreground_dice(evaluate_overlap(request.references, output, description, context))};
}

}  // namespace

FolderEvaluation accumulate_folds(const fs::path& model, const FoldNames& folds,
                                  const fs::path& output, const fs::path& references,
                                  bool overwrite, const RunContext& context) {
  const ModelDescription description = read_description(model);
  require_validation(model, folds);
  std::error_code ignored;  // what cannot be removed cannot be written either
  if (overwrite) fs::remove_all(output, ignored);
  copy_model_description(model, output);
  for (const std::string& fold : folds) {
    const fs::path validation = validation_folder(model, fold);
    for (const std::string& id : list_label_files(validation, description.file_ending)) {
      const std::string name = id + description.file_ending;
      if (overwrite && fs::exists(output / name)) {
        throw Error::input(fmt::format("{}: case {} is in two folds", model.string(), id),
                           "folds of one cross-validation share no case");
      }
      if (!fs::exists(output / name)) write_file(output / name, read_file(validation / name));
    }
  }
  return evaluate_overlap(references, output, description, context);
}

BestConfiguration find_best_configuration(const BestConfigurationRequest& request,
                                          const RunContext& context) {
  if (request.models.empty()) throw Error::usage("no model is named", "name some with -c");
  BestConfiguration out;
  for (const NnunetModelName& model : request.models)
    out.candidates.push_back(single_candidate(model, request, context));
  for (std::size_t i = 0; request.ensembles && i < request.models.size(); ++i) {
    for (std::size_t j = i + 1; j < request.models.size(); ++j)
      out.candidates.push_back(
          ensemble_candidate(request.models[i], request.models[j], request, context));
  }
  for (std::size_t i = 1; i < out.candidates.size(); ++i) {
    if (out.candidates[i].dice > out.candidates[out.best].dice) out.best = i;
  }
  const Candidate& best = out.candidates[out.best];
  const ModelDescription description = read_description(best.folder);
  out.postprocessing = determine_postprocessing(
      request.references, best.folder, description.file_ending, description.labels, context);
  return out;
}

}  // namespace voxarena
