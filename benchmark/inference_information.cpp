// What find_best_configuration() tells the user: nnU-Net's two files.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "benchmark/best_configuration.h"
#include "evaluation/summary.h"
#include "voxarena/core/json.h"

namespace voxarena {
namespace {

Json to_json(const NnunetModelName& model) {
  return {{"configuration", model.configuration},
          {"trainer", model.trainer},
          {"plans_identifier", model.plans}};
}

// Folds are numbers in Python, but for "all".
Json fold_list(const FoldNames& folds) {
  Json out = Json::array();
  for (const std::string& fold : folds)
    out.push_back(fold == "all" ? Json(fold) : Json(std::stoi(fold)));
  return out;
}

// Of a cascade the configuration that is predicted first, else empty.
std::string previous_stage(const BestConfigurationRequest& request, const NnunetModelName& model) {
  const Json plans = read_json(request.results / model.folder() / "plans.json");
  const Json::json_pointer place("/configurations/" + model.configuration + "/previous_stage");
  return plans.value(place, std::string());
}

std::string predict_command(const std::string& dataset, const NnunetModelName& model,
                            const FoldNames& folds, const std::string& output) {
  return fmt::format("voxarena nnunet predict -d {} -i INPUT_FOLDER -o {} -f {} -tr {} -c {} -p {}",
                     dataset, output, fmt::join(folds, " "), model.trainer, model.configuration,
                     model.plans);
}

}  // namespace

Json inference_information(const BestConfiguration& found, const BestConfigurationRequest& request,
                           const std::string& dataset) {
  const Candidate& best = found.candidates[found.best];
  Json considered = Json::array(), selected = Json::array(), all = Json::object();
  for (const NnunetModelName& model : request.models) {
    considered.push_back({{"plans", model.plans},
                          {"configuration", model.configuration},
                          {"trainer", model.trainer}});
  }
  for (const NnunetModelName& model : best.models) selected.push_back(to_json(model));
  for (const Candidate& one : found.candidates) all[one.name] = one.dice;
  const double after = foreground_dice(found.postprocessing.after);
  return {{"folds", fold_list(request.folds)},
          {"dataset_name_or_id", dataset},
          {"considered_models", considered},
          {"ensembling_allowed", request.ensembles},
          {"all_results", all},
          {"best_model_or_ensemble",
           {{"result_on_crossval_pre_pp", best.dice},
            {"result_on_crossval_post_pp", after},
            {"postprocessing_file", (best.folder / "postprocessing.pkl").string()},
            {"some_plans_file", (best.folder / "plans.json").string()},
            {"selected_model_or_models", selected}}}};
}

std::string inference_instructions(const BestConfiguration& found,
                                   const BestConfigurationRequest& request,
                                   const std::string& dataset) {
  const Candidate& best = found.candidates[found.best];
  const bool ensemble = best.models.size() > 1;
  std::string text = "***Run inference like this:***\n\n";
  std::vector<std::string> outputs;
  for (const NnunetModelName& model : best.models) {
    outputs.push_back(ensemble ? fmt::format("OUTPUT_FOLDER_MODEL_{}", outputs.size() + 1)
                               : "OUTPUT_FOLDER");
    NnunetModelName first = model;
    first.configuration = previous_stage(request, model);
    const std::string between = "OUTPUT_FOLDER_PREV_STAGE";
    if (!first.configuration.empty())
      text += predict_command(dataset, first, request.folds, between) + "\n";
    text += predict_command(dataset, model, request.folds, outputs.back());
    if (!first.configuration.empty()) text += " -prev_stage_predictions " + between;
    text += ensemble ? " --save_probabilities\n" : "\n";
  }
  if (ensemble) {
    text +=
        fmt::format("\nThen ensemble with:\n\nvoxarena nnunet ensemble -i {} -o OUTPUT_FOLDER\n",
                    fmt::join(outputs, " "));
  }
  return text + fmt::format(
                    "\n***Once inference is completed, run postprocessing like this:***\n\n"
                    "voxarena nnunet apply_postprocessing -i OUTPUT_FOLDER -o OUTPUT_FOLDER_PP "
                    "-pp_pkl_file {} -plans_json {}\n",
                    (best.folder / "postprocessing.pkl").string(),
                    (best.folder / "plans.json").string());
}

}  // namespace voxarena
