// One case: a reference and a prediction become the value of every metric for every class.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "evaluation/metric.h"
#include "evaluation/settings.h"
#include "voxarena/core/run_context.h"
#include "voxarena/data/labels.h"
#include "voxarena/data/volume.h"

namespace voxarena {

struct EvaluatedClass {
  std::string name;  // of dataset.json; the class column of records
  std::string key;   // of summary.json: "1", and Python's tuple text "(1, 2)", "(3,)" for regions
  std::vector<int> values;  // the class is the union of these label values
};

// What is compared, and how.
struct EvaluationTask {
  std::vector<EvaluatedClass> classes;  // foreground only
  std::optional<int> ignore;            // reference voxels of this value are left out
  EvaluationSettings settings;
  // Whether predictions that another origin or direction puts elsewhere are refused. Those of a
  // benchmark were made on the voxels of their image, whose label may have another header (a
  // warning when the data set is checked, as in nnU-Net).
  bool same_place = true;
  std::vector<Metric> metrics = selected_metrics(settings);

  // Error (input) if the settings name a class that is not among the labels.
  static EvaluationTask from(const Labels& labels, const EvaluationSettings& settings = {});
  // What nnU-Net's summary.json holds and nothing more, of predictions on the voxels of their
  // images.
  static EvaluationTask overlap(const Labels& labels);
};

struct CaseEvaluation {
  std::string id;
  std::filesystem::path reference, prediction;
  std::string problem;                      // empty, or why the prediction counts as the worst
  std::vector<std::vector<double>> values;  // [class of the task][metric of the task]
};

// [class][metric]. The images have the same size (else Error, internal) and spacing. Parallel over
// classes; the values do not depend on `threads`.
std::vector<std::vector<double>> evaluate_images(const LabelImage& reference,
                                                 const LabelImage& prediction,
                                                 const EvaluationTask& task, int threads = 1);

// A prediction that is missing, unreadable or of another size counts as the worst value for every
// class (its counts are NaN) and `problem` says so. Another spacing (1e-5 of it), origin (1e-3 mm)
// or direction (1e-4) is an Error (input) naming both files: headers of one grid written by two
// programs differ by rounding only. So is an unreadable reference.
CaseEvaluation evaluate_case(const std::string& id, const std::filesystem::path& reference,
                             const std::filesystem::path& prediction, const EvaluationTask& task,
                             const RunContext& context, int threads = 1);

}  // namespace voxarena
