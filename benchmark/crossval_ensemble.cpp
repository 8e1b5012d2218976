#include "benchmark/crossval_ensemble.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "benchmark/nnunet_model.h"
#include "inference/case_errors.h"
#include "inference/predictor.h"
#include "inference/probabilities.h"
#include "preprocessing/case_preprocessor.h"
#include "voxarena/core/files.h"
#include "voxarena/data/case_listing.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/image_reader.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

// What the members of one fold validated.
std::vector<std::string> fold_cases(const std::vector<fs::path>& models, const std::string& fold,
                                    const std::string& file_ending) {
  const std::vector<std::string> cases =
      list_label_files(validation_folder(models.front(), fold), file_ending);
  for (const fs::path& model : models) {
    if (list_label_files(validation_folder(model, fold), file_ending) == cases) continue;
    throw Error::input(fmt::format("fold {}: {} and {} validated different cases", fold,
                                   models.front().string(), model.string()),
                       "train both with the same splits, or validate them with --val --npz");
  }
  return cases;
}

// One model of a fold, ready for its cases.
struct Member {
  std::unique_ptr<TrainedRun> run;  // the predictor refers to it
  Predictor predictor;
};

Member open_member(const fs::path& fold, const RunContext& context) {
  auto run = std::make_unique<TrainedRun>(open_nnunet_model(fold, {}, {}, context));
  Predictor predictor({run->models.front().get()}, run->plans, run->configuration(), run->labels,
                      run->window);
  return {std::move(run), std::move(predictor)};
}

Volume<float> case_probabilities(Member& member, const Image& image, const RunContext& context) {
  const TrainedRun& run = *member.run;
  const PreprocessedCase one =
      preprocess_case(image, nullptr, run.plans, run.configuration(), run.labels);
  return export_probabilities(member.predictor.logits(one.data, context), one.properties, run.plans,
                              run.configuration(), run.labels, context.threads);
}

}  // namespace

bool has_probabilities(const fs::path& model, const FoldNames& folds) {
  return std::ranges::all_of(folds, [&](const std::string& fold) {
    std::error_code error;
    for (fs::directory_iterator it(validation_folder(model, fold), error), end; !error && it != end;
         it.increment(error)) {
      if (it->path().extension() == ".npz") return true;
    }
    return false;
  });
}

void write_crossval_ensemble(const std::vector<fs::path>& models, const FoldNames& folds,
                             const RawDataset& dataset, const EnsembleOutput& output,
                             const RunContext& context) {
  make_folder(output.folder);
  std::vector<std::vector<std::string>> cases;
  std::size_t count = 0;
  for (const std::string& fold : folds)
    count += cases.emplace_back(fold_cases(models, fold, output.file_ending)).size();
  Progress progress = context.progress("ensemble", static_cast<std::int64_t>(count));
  for (std::size_t f = 0; f < folds.size(); ++f) {
    std::vector<Member> members;
    for (const fs::path& model : models)
      members.push_back(open_member(fold_folder(model, folds[f]), context));
    for (const std::string& id : cases[f]) {
      context.check_interrupt();
      const fs::path file = output.folder / (id + output.file_ending);
      if (!output.resume || !fs::exists(file)) {
        name_case(id, [&] {
          const Image image =
              read_image(dataset.find(id).images,
                         image_reader(members.front().run->plans.image_reader_writer));
          Volume<float> mean = case_probabilities(members.front(), image, context);
          for (std::size_t m = 1; m < members.size(); ++m) {
            const Volume<float> next = case_probabilities(members[m], image, context);
            std::ranges::transform(mean.values, next.values, mean.values.begin(), std::plus<>());
          }
          for (float& value : mean.values) value /= static_cast<float>(members.size());
          write_label(file,
                      {most_likely_labels(mean, dataset.labels, context.threads), image.geometry});
        });
      }
      progress.advance(1, id);
    }
  }
}

}  // namespace voxarena
