#include "inference/predictor.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <future>
#include <memory>

#include "inference/case_errors.h"
#include "inference/export.h"
#include "inference/probabilities.h"
#include "inference/probability_file.h"
#include "preprocessing/case_preprocessor.h"
#include "preprocessing/memory_needs.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/core/memory.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/image_reader.h"
#include "voxarena/plan/input_channels.h"

namespace voxarena {
namespace {

// At most `room` tasks under way, results in order. The destructor waits for all of them.
template <class T>
class TaskQueue {
 public:
  explicit TaskQueue(std::size_t room) : room_(room) {}

  bool full() const { return tasks_.size() >= room_; }
  bool empty() const { return tasks_.empty(); }
  template <class Function>
  void start(Function function) {
    tasks_.push_back(std::async(std::launch::async, std::move(function)));
  }
  T finish_oldest() {
    std::future<T> oldest = std::move(tasks_.front());
    tasks_.pop_front();
    return oldest.get();
  }

 private:
  std::size_t room_;
  std::deque<std::future<T>> tasks_;
};

void require_previous_stage(const Configuration& configuration, bool given) {
  const std::string& stage = configuration.previous_stage;
  if (given == !stage.empty()) return;
  if (given)
    throw Error::input(fmt::format("configuration {} has no previous stage", configuration.name),
                       "leave the labels of another stage out");
  throw Error::input(
      fmt::format("configuration {} starts from the labels that {} predicted", configuration.name,
                  stage),
      "predict with that stage first and name the folder of its labels (--previous-stage, or "
      "-prev_stage_predictions of `voxarena nnunet predict`)");
}

void require_label_file(const std::filesystem::path& folder, const std::string& name) {
  if (std::filesystem::exists(folder / name)) return;
  throw Error::input(
      fmt::format("{}: the prediction of the previous stage is missing", (folder / name).string()),
      "the previous stage must have predicted every case");
}

}  // namespace

Predictor::Predictor(const std::vector<Model*>& models, const Plans& plans,
                     const Configuration& configuration, const Labels& labels,
                     const SlidingWindowOptions& options)
    : plans_(plans), configuration_(configuration), labels_(labels) {
  if (models.empty()) throw Error::usage("a prediction needs at least one model");
  for (Model* model : models) windows_.emplace_back(*model, configuration.patch_size, options);
}

Volume<float> Predictor::logits(const Volume<float>& image, const RunContext& context) {
  Volume<float> sum = windows_.front().predict(image, context);
  if (windows_.size() == 1) return sum;
  for (std::size_t i = 1; i < windows_.size(); ++i) {
    const Volume<float> next = windows_[i].predict(image, context);
    if (next.channels != sum.channels)
      throw Error::input("the models of the ensemble differ in their classes");
    std::ranges::transform(sum.values, next.values, sum.values.begin(), std::plus<>());
  }
  for (float& value : sum.values) value /= static_cast<float>(windows_.size());
  return sum;
}

LabelImage Predictor::predict(const PreprocessedCase& preprocessed, const RunContext& context) {
  return export_labels(logits(preprocessed.data, context), preprocessed.properties, plans_,
                       configuration_, labels_, context.threads);
}

PredictionSummary Predictor::predict_cases(const std::vector<RawCase>& cases,
                                           const PredictionFiles& files, const RunContext& context,
                                           const std::filesystem::path& previous_stage) {
  require_previous_stage(configuration_, !previous_stage.empty());
  std::vector<std::string> ids;
  const std::int64_t activations =
      context.device == "cpu" ? activation_bytes(configuration_.patch_extent()) : 0;
  std::int64_t largest = 0;
  for (const RawCase& one : cases) {
    ids.push_back(one.id);
    name_case(one.id, [&] {
      const std::int64_t need = prediction_memory(one, plans_, configuration_, labels_.heads());
      require_memory("prediction", need + activations, context.memory);
      largest = std::max(largest, need);
    });
    if (!previous_stage.empty()) require_label_file(previous_stage, one.id + files.file_ending);
  }
  const ImageReader reader = image_reader(plans_.image_reader_writer);
  const auto load = [&](const std::string& id) {
    const auto found = std::ranges::find(cases, id, &RawCase::id);
    const Image image = read_image(found->images, reader);
    if (previous_stage.empty())
      return preprocess_for_prediction(image, nullptr, plans_, configuration_, labels_);
    const LabelImage previous = read_label(previous_stage / (id + files.file_ending), reader);
    return preprocess_for_prediction(image, &previous, plans_, configuration_, labels_);
  };
  return predict_all(ids, load, largest, files, context);
}

PredictionSummary Predictor::predict_cases(const CaseStore& store,
                                           const std::vector<std::string>& ids,
                                           const PredictionFiles& files, const RunContext& context,
                                           const PreviousStageFiles* previous_stage) {
  require_previous_stage(configuration_, previous_stage != nullptr);
  const auto load = [&](const std::string& id) {
    PreprocessedCase stored = store.read(id);
    if (previous_stage == nullptr) return stored;
    const PreviousStage previous(previous_stage_file(*previous_stage, id), stored.data.size);
    append_previous_stage(previous.read({{}, stored.data.size}),
                          previous_stage_channels(configuration_, labels_), stored.data);
    return stored;
  };
  return predict_all(ids, load, /*case_bytes=*/0, files, context);
}

void Predictor::write_case(const Volume<float>& logits, const CaseProperties& properties,
                           const std::string& id, const PredictionFiles& files, int threads) const {
  for (const NextStage& stage : files.next_stages) {
    const StoredCase next(stage.store, id);
    write_previous_stage(stage.folder / (id + ".b2nd"),
                         next_stage_labels(logits, next.size(), properties, plans_, configuration_,
                                           labels_, threads),
                         configuration_.patch_extent());
  }
  const std::filesystem::path output = files.folder / (id + files.file_ending);
  if (!files.probabilities) {
    write_label(output,
                export_labels(logits, properties, plans_, configuration_, labels_, threads));
    return;
  }
  const Volume<float> probabilities =
      export_probabilities(logits, properties, plans_, configuration_, labels_, threads);
  write_probabilities(files.folder / id, probabilities, properties);
  write_label(output, {most_likely_labels(probabilities, labels_, threads), properties.geometry});
}

PredictionSummary Predictor::predict_all(
    const std::vector<std::string>& ids,
    const std::function<PreprocessedCase(const std::string&)>& load, std::int64_t case_bytes,
    const PredictionFiles& files, const RunContext& context) {
  const auto start = std::chrono::steady_clock::now();
  make_folder(files.folder);
  for (const NextStage& stage : files.next_stages) {
    make_folder(stage.folder);
    remove_temporary_files(stage.folder);
  }
  remove_temporary_files(files.folder, /*below=*/false);
  PredictionSummary summary;
  for (const std::string& id : ids) {
    const bool done =
        files.resume && std::filesystem::exists(files.folder / (id + files.file_ending));
    (done ? summary.skipped : summary.predicted).push_back(id);
  }

  // Outlives the tasks that advance it.
  Progress progress =
      context.progress("predict", static_cast<std::int64_t>(summary.predicted.size()));

  // A GPU empties its queue faster than one thread fills it; on the CPU the network needs the cores
  // itself.
  const std::size_t helpers =
      context.device == "cpu" ? 1 : static_cast<std::size_t>(std::clamp(context.threads / 2, 1, 4));
  TaskQueue<PreprocessedCase> loads(helpers);
  TaskQueue<void> exports(helpers);
  // One case is loaded while another is predicted and a third is written, if there is room for all
  // beside the activations.
  const std::int64_t memory = context.memory > 0 ? context.memory : available_memory();
  const bool overlap = case_bytes * static_cast<std::int64_t>(2 * helpers + 1) <= memory / 2;
  std::size_t loading = 0;
  const auto start_loads = [&] {
    for (; loading < summary.predicted.size() && !loads.full(); ++loading) {
      if (!overlap && !loads.empty()) return;
      loads.start([&load, id = summary.predicted[loading]] {
        return name_case(id, [&] { return load(id); });
      });
    }
  };
  for (const std::string& id : summary.predicted) {
    context.check_interrupt();
    while (!overlap && !exports.empty()) exports.finish_oldest();
    start_loads();
    PreprocessedCase preprocessed = loads.finish_oldest();
    if (overlap) start_loads();
    auto answer = std::make_shared<Volume<float>>(
        name_case(id, [&] { return logits(preprocessed.data, context); }));
    if (exports.full()) exports.finish_oldest();
    exports.start([&, id, answer, properties = std::move(preprocessed.properties)] {
      name_case(id, [&] { write_case(*answer, properties, id, files, context.threads); });
      progress.advance(1, id);
    });
  }
  while (!exports.empty()) exports.finish_oldest();
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

}  // namespace voxarena
