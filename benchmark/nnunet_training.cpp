#include "benchmark/nnunet_training.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "benchmark/budgets.h"
#include "benchmark/fold_evaluation.h"
#include "benchmark/job.h"
#include "benchmark/nnunet_export.h"
#include "benchmark/nnunet_fold.h"
#include "benchmark/nnunet_journal.h"
#include "benchmark/nnunet_model.h"
#include "evaluation/folder_evaluation.h"
#include "evaluation/summary.h"
#include "inference/predictor.h"
#include "preprocessing/case_preprocessor.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"

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

// With the checkpoint of `fold`, of whatever program; label files go to `folder`.
void validate(const PreparedDataset& dataset, const fs::path& fold, const fs::path& folder,
              const PreviousStageFiles& previous, const NnunetTrainingRequest& request,
              const Paths& plugin_paths, const NnunetJournal& journal, const RunContext& context) {
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
  const std::vector<std::string> cases = fold_split(dataset, request.fold).val;
  predictor.predict_cases(
      store, cases,
      {.folder = folder,
       .file_ending = dataset.raw.file_ending,
       .probabilities = request.probabilities,
       .next_stages = preprocessed_next_stages(dataset, folder.parent_path().parent_path(),
                                               request.model.configuration, context)},
      context, previous.empty() ? nullptr : &previous);
  const FolderEvaluation evaluation =
      evaluate_folder(dataset.folder / "gt_segmentations", folder, cases, dataset.raw.file_ending,
                      EvaluationTask::overlap(dataset.raw.labels), context);
  write_summary(folder / "summary.json", evaluation);
  journal.line("Validation complete");
  journal.line(fmt::format("Mean Validation Dice:  {}", foreground_dice(evaluation)));
  context.info(fmt::format("mean validation Dice: {:.4f}", foreground_dice(evaluation)));
}

void train_fold(const PreparedDataset& dataset, const fs::path& model, const fs::path& fold,
                const PreviousStageFiles& previous, const NnunetTrainingRequest& request,
                const ProtocolSettings& settings, const Paths& plugin_paths,
                const NnunetJournal& journal, const RunContext& context) {
  const std::string method = method_for(dataset, request.model.configuration);
  const MethodEntry entry{
      .plugin = method, .name = method, .options = Json::object(), .where = "train"};
  const Protocol protocol = make_protocol(dataset, settings, context);
  const RunSetup setup = set_up_run(entry, dataset, settings, plugin_paths);
  const NnunetFoldState state = nnunet_fold_state(fold);
  const Job job{.dataset = &dataset,
                .protocol = &protocol,
                .settings = &settings,
                .setup = &setup,
                .fold = request.fold,
                .folder = {fold},
                .previous_stage = previous.empty() ? nullptr : &previous,
                .start = request.resume ? state.start : fs::path(),
                .pretrained = request.pretrained,
                .on_epoch = [&](const EpochRecord& record) {
                  journal.epoch(read_training_log(fold / "log.jsonl", record.epoch + 1));
                }};
  if (!state.trained || job_state(job) == JobState::started) {
    const Split split = fold_split(dataset, request.fold);
    journal.line(fmt::format("This split has {} training and {} validation cases.",
                             split.train.size(), split.val.size()));
    train_job(job, context);
    journal.line("Training done.");
  }
  export_nnunet({fold}, model,
                {.trainer = request.model.trainer,
                 .plans_name = request.model.plans,
                 .fingerprint = dataset.folder / "dataset_fingerprint.json"},
                plugin_paths, context);
  fs::remove(fold / "checkpoint_latest.pth");  // as nnU-Net at the end of a training
}

fs::path train_and_validate(const PreparedDataset& dataset, const fs::path& results,
                            const NnunetTrainingRequest& request, const ProtocolSettings& settings,
                            const Paths& plugin_paths, const RunContext& context) {
  const fs::path model = results / dataset.raw.name / request.model.folder();
  const std::string name = fold_name(request.fold);
  const fs::path fold = fold_folder(model, name);
  const PreviousStageFiles previous = labels_of_previous_stage(dataset, results, request.model);
  const NnunetJournal journal(fold);
  if (request.validate_only) {
    validate(dataset, fold, fold / "validation", previous, request, plugin_paths, journal, context);
    return fold;
  }
  const fs::path unkept = model / (".without_checkpoints_" + name);
  const fs::path place = request.keep_checkpoints ? model : unkept;
  fs::remove_all(unkept);
  const fs::path training = fold_folder(place, name);
  if (!request.resume) require_unfinished(fold);
  request.resume ? resume_nnunet_fold(training, context) : begin_nnunet_fold(training, context);
  if (!nnunet_fold_state(training).exported) {
    write_json(fold / "debug.json", nnunet_settings_json(dataset, request.model, request.fold,
                                                         settings, context.device));
    train_fold(dataset, place, training, previous, request, settings, plugin_paths, journal,
               context);
  }
  validate(dataset, training, fold / "validation", previous, request, plugin_paths, journal,
           context);
  fs::remove_all(unkept);
  return fold;
}

const char* hint_to_go_on(const NnunetTrainingRequest& request) {
  if (request.validate_only || request.resume) return "start the same command again";
  if (!request.keep_checkpoints) return "start the same command again: nothing was kept";
  return "add --c to the same command to go on from here; without it the training starts anew";
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
  try {
    return train_and_validate(dataset, results, request, settings, plugin_paths, context);
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::interrupted) throw;
    throw Error(error.kind(), error.what(), hint_to_go_on(request));
  }
}

}  // namespace voxarena
