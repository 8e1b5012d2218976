// Seconds that the metrics of one case take, which is in memory:
//   surface_metrics REFERENCE PREDICTION CLASSES THREADS
// The files hold 512 x 512 x 200 int16 labels without a header, of 2.5 x 0.8 x 0.8 mm.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "evaluation/case_evaluation.h"

namespace {

using namespace voxarena;

LabelImage load(const char* file) {
  LabelImage image;
  image.geometry.spacing = {2.5, 0.8, 0.8};
  image.voxels = Volume<std::int16_t>(1, {200, 512, 512});
  std::vector<std::int16_t>& values = image.voxels.values;
  std::ifstream(file, std::ios::binary)
      .read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof values[0]));
  return image;
}

struct Selection {
  const char* name;
  std::vector<const char*> metrics;
};

double median_seconds(const LabelImage& reference, const LabelImage& prediction,
                      const EvaluationTask& task, int threads) {
  std::vector<double> seconds;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    evaluate_images(reference, prediction, task, threads);
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const LabelImage reference = load(argv[1]), prediction = load(argv[2]);
  EvaluationTask task;
  for (int label = 1; label <= std::atoi(argv[3]); ++label)
    task.classes.push_back({fmt::format("class {}", label), fmt::format("{}", label), {label}});
  const std::vector<Selection> selections = {
      {"Dice", {"Dice"}},
      {"HD95, ASSD, NSD", {"HD95", "ASSD", "NSD"}},
      {"clDice", {"clDice"}},
      {"as MedPy", {"Dice", "HD95:medpy", "ASSD:medpy"}},
      {"as surface-distance", {"HD95:surface-distance", "NSD:surface-distance"}},
      {"all, default flavour", {}},
  };
  for (const Selection& selection : selections) {
    task.metrics.clear();
    for (const char* key : selection.metrics) task.metrics.push_back(find_metric(key));
    for (const Metric& metric : metrics()) {
      const bool is_default = metric.key() == metric.name;
      if (selection.metrics.empty() && is_default) task.metrics.push_back(metric);
    }
    fmt::print("{}: {:.4f}\n", selection.name,
               median_seconds(reference, prediction, task, std::atoi(argv[4])));
  }
}
