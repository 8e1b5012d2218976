#include "benchmark/nnunet_training.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "benchmark/budgets.h"
#include "benchmark/fold_evaluation.h"
#include "benchmark/job.h"
#include "benchmark/nnunet_export.h"
#include "benchmark/nnunet_model.h"
#include "evaluation/folder_evaluation.h"
#include "evaluation/summary.h"
#include "inference/predictor.h"
#include "preprocessing/case_preprocessor.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

std::string method_for(const PreparedDataset& dataset, const std::string& configuration) {
  const std::string& network =
      dataset.plans.configuration(configuration).architecture.network_class;
  if (network == "PlainConvUNet") return "plain_unet";
  if (network == "ResidualEncoderUNet") return "resenc_unet";
  throw Error::input(
      fmt::format("configuration {}: there is no network '{}'", configuration, network),
      "plans of PlainConvUNet and ResidualEncoderUNet are trained");
}

// Where the first stage of a cascade leaves its labels for the next one.
fs::path next_stage_of_model(const fs::path& model, const std::string& configuration) {
  return model / "predicted_next_stage" / configuration;
}

// Those that are preprocessed, as nnU-Net.
std::vector<NextStage> preprocessed_next_stages(const PreparedDataset& dataset,
                                                const fs::path& model,
                                                const std::string& configuration,
                                                const RunContext& context) {
  std::vector<NextStage> stages;
  for (const std::string& name : dataset.plans.configuration(configuration).next_stages) {
    const Configuration& next = dataset.plans.configuration(name);
    if (!fs::is_directory(dataset.folder / next.data_identifier)) {
      context.info(fmt::format("no labels for the next stage {}: it is not preprocessed", name));
      continue;
    }
    const CaseStore store =
        preprocess_dataset(dataset.raw, dataset.plans, next, dataset.folder, context);
    stages.push_back({.store = store.folder(), .folder = next_stage_of_model(model, name)});
  }
  return stages;
}

// Empty unless `model` is the second stage of a cascade. Files are looked for when they are read.
PreviousStageFiles labels_of_previous_stage(const PreparedDataset& dataset, const fs::path& results,
                                            NnunetModelName model) {
  PreviousStageFiles files;
  const std::string second = model.configuration;
  model.configuration = dataset.plans.configuration(second).previous_stage;
  if (model.configuration.empty()) return files;
  const fs::path folder = next_stage_of_model(results / dataset.raw.name / model.folder(), second);
  for (const RawCase& one : dataset.raw.cases) files[one.id] = folder / (one.id + ".b2nd");
  return files;
}

// Of whatever program trained the fold.
void validate(const PreparedDataset& dataset, const fs::path& fold,
              const PreviousStageFiles& previous, const NnunetTrainingRequest& request,
              const Paths& plugin_paths, const RunContext& context) {
  const char* checkpoint = request.validate_best ? "checkpoint_best.pth" : "checkpoint_final.pth";
  if (!fs::exists(fold / checkpoint)) {
    throw Error::input(fmt::format("{}: is not there", (fold / checkpoint).string()),
                       "train the fold first, without --val");
  }
  TrainedRun run = open_nnunet_model(fold, {.checkpoint = checkpoint}, plugin_paths, context);
  const CaseStore store =
      preprocess_dataset(dataset.raw, dataset.plans, run.configuration(), dataset.folder, context);
  Predictor predictor({run.models.front().get()}, run.plans, run.configuration(), run.labels,
                      run.window);
  const fs::path folder = fold / "validation";
  const std::vector<std::string> cases = fold_split(dataset, request.fold).val;
  predictor.predict_cases(store, cases,
                          {.folder = folder,
                           .file_ending = dataset.raw.file_ending,
                           .probabilities = request.probabilities,
                           .next_stages = preprocessed_next_stages(
                               dataset, fold.parent_path(), request.model.configuration, context)},
                          context, previous.empty() ? nullptr : &previous);
  const FolderEvaluation evaluation =
      evaluate_folder(dataset.folder / "gt_segmentations", folder, cases, dataset.raw.file_ending,
                      EvaluationTask::overlap(dataset.raw.labels), context);
  write_summary(folder / "summary.json", evaluation);
  context.info(fmt::format("mean validation Dice: {:.4f}", foreground_dice(evaluation)));
}

void train_fold(const PreparedDataset& dataset, const fs::path& model, const fs::path& fold,
                const PreviousStageFiles& previous, const NnunetTrainingRequest& request,
                const ProtocolSettings& settings, const Paths& plugin_paths,
                const RunContext& context) {
  const std::string method = method_for(dataset, request.model.configuration);
  const MethodEntry entry{
      .plugin = method, .name = method, .options = Json::object(), .where = "train"};
  const Protocol protocol = make_protocol(dataset, settings, context);
  const RunSetup setup = set_up_run(entry, dataset, settings, plugin_paths);
  const Job job{&dataset,
                &protocol,
                &settings,
                &setup,
                request.fold,
                {fold},
                previous.empty() ? nullptr : &previous};
  const JobState state = job_state(job);
  if (request.fresh && state == JobState::started) {
    throw Error::input(fmt::format("{}: holds a training that was interrupted", fold.string()),
                       "go on with it with --c, or remove the folder");
  }
  const bool trained = state == JobState::trained || state == JobState::finished;
  if (!trained) train_job(job, context);
  export_nnunet({fold}, model,
                {.trainer = request.model.trainer,
                 .plans_name = request.model.plans,
                 .fingerprint = dataset.folder / "dataset_fingerprint.json"},
                plugin_paths, context);
}

}  // namespace

ProtocolSettings settings_of_trainer(const NnunetModelName& model) {
  const std::optional<NnunetTrainer> trainer = parse_trainer(model.trainer);
  if (!trainer) {
    throw Error::input(fmt::format("there is no trainer '{}'", model.trainer),
                       "nnUNetTrainer, nnUNetTrainer_<n>epochs, nnUNetTrainerNoMirroring, "
                       "nnUNetTrainer_<n>epochs_NoMirroring and nnUNetTrainerNoDA are known");
  }
  ProtocolSettings settings;
  settings.configuration = model.configuration;
  settings.plans = model.plans;
  settings.budget = find_budget("nnunet");
  if (trainer->epochs)
    settings.budget.iterations = *trainer->epochs * settings.budget.iterations_per_epoch;
  if (!trainer->mirrors) settings.mirror_axes.emplace();
  settings.augmentation = trainer->augments;
  return settings;
}

fs::path train_nnunet(const PreparedDataset& dataset, const fs::path& results,
                      const NnunetTrainingRequest& request, const ProtocolSettings& settings,
                      const Paths& plugin_paths, const RunContext& context) {
  const fs::path model = results / dataset.raw.name / request.model.folder();
  const fs::path fold = fold_folder(model, fold_name(request.fold));
  const PreviousStageFiles previous = labels_of_previous_stage(dataset, results, request.model);
  if (!request.validate_only)
    train_fold(dataset, model, fold, previous, request, settings, plugin_paths, context);
  validate(dataset, fold, previous, request, plugin_paths, context);
  return fold;
}

}  // namespace voxarena
