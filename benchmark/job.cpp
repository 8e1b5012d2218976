#include "benchmark/job.h"

#include <fmt/core.h>
#include <torch/version.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "benchmark/fold_evaluation.h"
#include "benchmark/support_selection.h"
#include "inference/case_segmentation.h"
#include "inference/predictor.h"
#include "preprocessing/case_preprocessor.h"
#include "training/batch_loader.h"
#include "training/checkpoint.h"
#include "training/label_rules.h"
#include "training/nnunet_checkpoint.h"
#include "training/trainer.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/hash.h"
#include "voxarena/core/version.h"
#include "voxarena/plan/input_channels.h"
#include "voxarena/plugin/model_cost.h"

namespace voxarena {
namespace fs = std::filesystem;
namespace {

// Preprocessing depends on spacing and normalisation alone; a store is shared by all methods that
// agree in them.
const Configuration& store_configuration(const PreparedDataset& dataset, const RunSetup& setup) {
  const Configuration& own = setup.plan.configuration;
  const Configuration& standard = dataset.plans.configuration(own.name);
  return own.data_identifier == standard.data_identifier ? standard : own;
}

CaseStore open_store(const PreparedDataset& dataset, const RunSetup& setup,
                     const RunContext& context) {
  return preprocess_dataset(dataset.raw, dataset.plans, store_configuration(dataset, setup),
                            dataset.folder, context);
}

// Null without a cascade. Error (input) if the job is to start from predictions that nobody named.
const PreviousStageFiles* previous_stage_of(const Job& job) {
  const Configuration& configuration = job.setup->plan.configuration;
  if (configuration.previous_stage.empty()) return nullptr;
  if (job.previous_stage != nullptr) return job.previous_stage;
  throw Error::input(fmt::format("{}: configuration {} starts from the predictions of {}",
                                 job.title(), configuration.name, configuration.previous_stage),
                     "train all folds of that configuration first");
}

fs::path next_stage_folder(const Job& job) {
  return job.folder.path / "predicted_next_stage" / job.next_stage->plan.configuration.name;
}

std::unique_ptr<Model> trained_model(const Job& job, const RunContext& context) {
  std::unique_ptr<Model> model = job.setup->create_model(job.settings->seed, job.fold, context);
  load_checkpoint(final_checkpoint(job.folder.path), model->module());
  return model;
}

bool is_training_free(const Job& job) {
  return !job.setup->method.description().capabilities.trainable;
}

Json information(const Job& job) {
  return to_json(complete_for_harness(job.setup->entry.declares, job.protocol->values,
                                      to_json(job.setup->weights)));
}

// A start that came to nothing leaves the manifest, and what a killed process was writing.
bool holds_manifest_alone(const RunFolder& folder) {
  return std::ranges::all_of(fs::directory_iterator(folder.path), [&](const auto& entry) {
    return entry.path() == folder.manifest() ||
           entry.path().filename().string().starts_with(".tmp-");
  });
}

// What is only known of the built network: the rest of its differences, and what it costs.
Json describe_model(const Job& job, Model& model) {
  const RunSetup& setup = *job.setup;
  Json deviations = setup.deviations;
  for (const std::string& line : list_differences(to_json(Recipe{}), to_json(model.recipe())))
    deviations.push_back("recipe." + line);
  std::vector<std::int64_t> patch = setup.plan.configuration.patch_size;
  patch.insert(patch.begin(), {1, setup.plan.channels});
  const ModelCost cost = measure_cost(model, patch);
  return {{"deviations", deviations},
          {"parameters", {{"total", cost.parameters}, {"trained", cost.trained_parameters}}},
          {"gflop_per_patch", cost.flops / 1e9}};
}

void begin_manifest(const Job& job, const Json& of_model, const RunContext& context) {
  const Info& info = job.setup->method.description();
  std::error_code ignored;
  if (job_state(job) == JobState::not_started) fs::remove(job.folder.manifest(), ignored);
  update_manifest(job.folder,
                  {{"name", job.setup->entry.name},
                   {"dataset", job.dataset->raw.name},
                   {"fold", job.fold},
                   {"protocol_id", job.protocol->id},
                   {"protocol", job.protocol->values},
                   {"method", job.setup->identity()},
                   {"citation", info.citation},
                   {"licence", info.licence},
                   {"weights", to_json(job.setup->weights)},
                   {"information", information(job)},
                   {"classes", foreground_names(job.dataset->raw.labels)},
                   {"cases", fold_split(*job.dataset, job.fold).val},
                   {"device", context.device},
                   {"threads", context.threads},
                   {"versions", {{"voxarena", VOXARENA_VERSION}, {"libtorch", TORCH_VERSION}}},
                   {"status", "started"}});
  update_manifest(job.folder, of_model);
  if (job.settings->supports > 0)
    update_manifest(job.folder,
                    {{"supports", protocol_split(*job.dataset, *job.settings, job.fold).train}});
  const fs::path method_folder = job.folder.path.parent_path();
  write_json(method_folder / "plans.json",
             to_json(effective_plans(job.dataset->plans, job.setup->plan)));
  write_file(method_folder / "dataset.json", job.dataset->raw.json_text);
}

// An adapted method is trained when it is shown its supports.
void begin_without_training(const Job& job, const RunContext& context) {
  const std::string& adaptation = job.setup->adaptation;
  Json of_method = {{"deviations", job.setup->deviations},
                    {"training_free", adaptation.empty()},
                    {"parameters", Json::object()},
                    {"peak_memory_mib", Json::object()},
                    {"seconds", Json::object()}};
  if (adaptation.empty()) {
    of_method["seconds"]["train"] = 0.0;
  } else {
    of_method["trained_on_supports"] = adaptation;
  }
  begin_manifest(job, of_method, context);
  update_manifest(job.folder, {{"status", "trained"}});
}

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Seconds of a stage add up over interruptions.
void add_seconds(const Job& job, const char* stage, double seconds, Json more = Json::object()) {
  const Json manifest = read_manifest(job.folder);
  const Json stages = manifest.value("seconds", Json::object());
  more["seconds"] = {{stage, stages.value(stage, 0.0) + seconds}};
  update_manifest(job.folder, more);
}

// Cases of a start that was killed are not among those that the seconds were measured of.
void add_prediction(const Job& job, double seconds, std::size_t cases) {
  const std::size_t before = read_manifest(job.folder).value("timed_cases", std::size_t{0});
  add_seconds(job, "predict", seconds, {{"timed_cases", before + cases}});
}

std::vector<std::string> missing_predictions(const Job& job) {
  std::vector<std::string> missing;
  for (const std::string& id : fold_split(*job.dataset, job.fold).val) {
    const bool labels = fs::exists(job.folder.predictions() / (id + job.dataset->raw.file_ending));
    const bool next = job.next_stage == nullptr || fs::exists(next_stage_file(job, id));
    if (!labels || !next) missing.push_back(id);
  }
  return missing;
}

}  // namespace

std::string Job::title() const {
  const std::string supports =
      settings->supports > 0 ? fmt::format(", supports {}", settings->supports) : "";
  const std::string stage = next_stage ? ", " + settings->configuration : "";  // of a cascade
  return fmt::format("{}, {}{}{}, fold {}", dataset->raw.name, setup->entry.name, stage, supports,
                     fold);
}

const char* to_string(JobState state) {
  switch (state) {
    case JobState::not_started: return "not started";
    case JobState::started: return "started";
    case JobState::trained: return "trained";
    case JobState::finished: return "finished";
  }
  return "";
}

JobState job_state(const Job& job) {
  const Json manifest = read_manifest(job.folder);
  if (manifest.empty()) return JobState::not_started;
  if (canonical_json(manifest.value("method", Json())) != canonical_json(job.setup->identity())) {
    if (holds_manifest_alone(job.folder)) return JobState::not_started;
    throw Error::input(fmt::format("{}: holds a run of '{}' with another version, plan or options",
                                   job.folder.path.string(), job.setup->entry.name),
                       "give this row another name in the spec, or remove that folder");
  }
  // The manifest says so after the final checkpoint is there; a run killed in between is only
  // looked at again.
  const std::string status = manifest.value("status", "");
  const bool trained = (is_training_free(job) || fs::exists(final_checkpoint(job.folder.path))) &&
                       (status == "trained" || status == "finished");
  if (!trained) return JobState::started;
  const bool finished =
      status == "finished" && fs::exists(job.folder.records()) && missing_predictions(job).empty();
  return finished ? JobState::finished : JobState::trained;
}

fs::path next_stage_file(const Job& job, const std::string& id) {
  return next_stage_folder(job) / (id + ".b2nd");
}

void train_job(const Job& job, const RunContext& context) {
  if (is_training_free(job)) {
    begin_without_training(job, context);
    return;
  }
  const PreviousStageFiles* previous = previous_stage_of(job);
  const RunSetup& setup = *job.setup;
  const Configuration& configuration = setup.plan.configuration;
  // First of all: what the method refuses (weights, options) leaves no trace.
  const std::unique_ptr<Model> model = setup.create_model(job.settings->seed, job.fold, context);
  if (!job.pretrained.empty()) load_pretrained_weights(job.pretrained, model->module());
  Json of_model = describe_model(job, *model);
  if (!job.pretrained.empty()) of_model["pretrained"] = fs::absolute(job.pretrained).string();
  const CaseStore store = open_store(*job.dataset, *job.setup, context);
  begin_manifest(job, of_model, context);
  const Split split = protocol_split(*job.dataset, *job.settings, job.fold);

  const auto mirror = mirror_axes(*job.settings, configuration.dimensions());
  const auto source = [&](Purpose purpose, const std::vector<std::string>& ids) {
    LoaderOptions options = loader_options(
        configuration, purpose, job.settings->seed, static_cast<std::uint64_t>(job.fold), mirror,
        job.settings->augmentation && purpose == Purpose::training);
    options.has_ignore_label = job.dataset->raw.labels.ignore().has_value();
    options.previous_labels = previous_stage_channels(configuration, job.dataset->raw.labels);
    return loader_batches(options, open_patch_sources(store.folder(), ids, previous), context);
  };
  const TrainingOptions options{
      .plan = setup.plan,
      .budget = job.settings->budget,
      .seed = job.settings->seed,
      .rules = label_rules(job.dataset->raw.labels),
      .folder = job.folder.path,
      .identity = sha256(canonical_json({job.protocol->values, setup.identity(), job.fold})),
      .trained_only = setup.weights.from_file(),
      .start = job.start,
      .title = job.title(),
      .on_epoch = job.on_epoch};
  const TrainingResult result = train(
      *model, {source(Purpose::training, split.train), source(Purpose::validation, split.val)},
      options, context);
  const std::int64_t peak = std::max(result.peak_memory, result.peak_device_memory);
  update_manifest(job.folder,
                  {{"seconds", {{"train", result.seconds}}},
                   {"peak_memory_mib", {{"train", static_cast<double>(peak) / (1 << 20)}}},
                   {"status", "trained"}});
}

namespace {

// Returns the seconds of segmenting; those of adapting to the supports are training.
double segment_job(const Job& job, const CaseStore& store, const std::vector<std::string>& ids,
                   const PredictionFiles& files, const RunContext& context) {
  const RunSetup& setup = *job.setup;
  const Configuration& configuration = setup.plan.configuration;
  const Split split = protocol_split(*job.dataset, *job.settings, job.fold);
  const SupportSet supports =
      read_supports(store, split.train, split.val, configuration, job.dataset->raw.labels);
  const Stopwatch watch;
  const std::unique_ptr<Segmenter> segmenter =
      setup.method.show(setup.plan, setup.options, supports, context);
  const double shown = watch.seconds();
  // An interrupted fold adapts again: its training is the last one.
  if (!setup.adaptation.empty()) update_manifest(job.folder, {{"seconds", {{"train", shown}}}});
  const PredictionSummary segmented =
      segment_cases(*segmenter, supports, store, ids, job.dataset->plans, configuration,
                    job.dataset->raw.labels, files, context);
  return segmented.seconds + (setup.adaptation.empty() ? shown : 0);
}

}  // namespace

void predict_job(const Job& job, const RunContext& context) {
  const std::vector<std::string> ids = missing_predictions(job);
  if (ids.empty()) return;
  const Stopwatch watch;
  const CaseStore store = open_store(*job.dataset, *job.setup, context);
  PredictionFiles files{.folder = job.folder.predictions(),
                        .file_ending = job.dataset->raw.file_ending};
  if (is_training_free(job)) {
    add_prediction(job, segment_job(job, store, ids, files, context), ids.size());
    return;
  }
  const PreviousStageFiles* previous = previous_stage_of(job);
  if (job.next_stage != nullptr) {
    const CaseStore next = open_store(*job.dataset, *job.next_stage, context);
    files.next_stages = {{.store = next.folder(), .folder = next_stage_folder(job)}};
  }
  const std::unique_ptr<Model> model = trained_model(job, context);
  const Configuration& configuration = job.setup->plan.configuration;
  SlidingWindowOptions options;
  options.step = job.settings->step_size;
  options.mirror_axes = mirror_axes(*job.settings, configuration.dimensions());
  options.deterministic = true;
  Predictor predictor({model.get()}, job.dataset->plans, configuration, job.dataset->raw.labels,
                      options);
  predictor.predict_cases(store, ids, files, context, previous);
  add_prediction(job, watch.seconds(), ids.size());
}

void evaluate_job(const Job& job, const RunContext& context) {
  const Stopwatch watch;
  evaluate_fold(*job.dataset, *job.settings, job.fold, job.folder, context);
  add_seconds(job, "evaluate", watch.seconds(), {{"status", "finished"}});
}

void run_job(const Job& job, const RunContext& context) {
  const JobState state = job_state(job);
  // What is declared may change without a new training.
  if (state != JobState::not_started &&
      canonical_json(read_manifest(job.folder).value("information", Json())) !=
          canonical_json(information(job)))
    update_manifest(job.folder, {{"information", information(job)}});
  if (state == JobState::finished) return;
  remove_temporary_files(job.folder.path.parent_path());  // the method's, with all its folds
  if (state != JobState::trained) train_job(job, context);
  predict_job(job, context);
  evaluate_job(job, context);
}

}  // namespace voxarena
