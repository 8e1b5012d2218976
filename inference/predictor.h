// Predicts cases in a row: reading and preprocessing of the next ones and export of the last ones
// go on while the network works on the present one.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "inference/sliding_window.h"
#include "voxarena/core/run_context.h"
#include "voxarena/data/labels.h"
#include "voxarena/data/previous_stage.h"
#include "voxarena/data/store.h"
#include "voxarena/plan/plans.h"

namespace voxarena {

struct RawCase;

// Of a cascade's first stage: what its second one starts from.
struct NextStage {
  std::filesystem::path store;   // preprocessed cases of the next stage, for their sizes
  std::filesystem::path folder;  // for {id}.b2nd (voxarena/data/previous_stage.h)
};

// Where predictions go: `folder`/{id}{file_ending}.
struct PredictionFiles {
  std::filesystem::path folder;
  std::string file_ending;
  bool resume = false;         // skips what is there already
  bool probabilities = false;  // {id}.npz and {id}.pkl beside it, for ensembles
  std::vector<NextStage> next_stages = {};
};

struct PredictionSummary {
  std::vector<std::string> predicted, skipped;  // case ids
  double seconds = 0;
};

class Predictor {
 public:
  // An ensemble's logits are averaged. Everything is kept by reference and must outlive the
  // predictor.
  Predictor(const std::vector<Model*>& models, const Plans& plans,
            const Configuration& configuration, const Labels& labels,
            const SlidingWindowOptions& options);

  // Mean logits of a preprocessed image (C, Z, Y, X) → (K, Z, Y, X).
  Volume<float> logits(const Volume<float>& image, const RunContext& context);
  // Labels on the grid of the case's file.
  LabelImage predict(const PreprocessedCase& preprocessed, const RunContext& context);

  // Files appear complete or not at all, the label file last. Errors name the case. The second
  // stage of a cascade needs the label files of the previous one, named as these:
  // {id}{file_ending}.
  PredictionSummary predict_cases(const std::vector<RawCase>& cases, const PredictionFiles& files,
                                  const RunContext& context,
                                  const std::filesystem::path& previous_stage = {});
  // The same for cases of a preprocessed store.
  PredictionSummary predict_cases(const CaseStore& store, const std::vector<std::string>& ids,
                                  const PredictionFiles& files, const RunContext& context,
                                  const PreviousStageFiles* previous_stage = nullptr);

 private:
  // `load` may be called from other threads. `case_bytes`: what the largest case takes at most; 0:
  // unknown.
  PredictionSummary predict_all(const std::vector<std::string>& ids,
                                const std::function<PreprocessedCase(const std::string&)>& load,
                                std::int64_t case_bytes, const PredictionFiles& files,
                                const RunContext& context);
  void write_case(const Volume<float>& logits, const CaseProperties& properties,
                  const std::string& id, const PredictionFiles& files, int threads) const;

  const Plans& plans_;
  const Configuration& configuration_;
  const Labels& labels_;
  std::vector<SlidingWindow> windows_;  // one per model
};

}  // namespace voxarena
