// Seconds and memory from logits on the network's grid to labels on the grid of the image:
//   label_export LOGITS LABELS CLASSES Z,Y,X Z,Y,X SPACING_Z,Y,X NETWORK_SPACING THREADS
// Sizes of the logits and of the labels. LOGITS holds float32 values (CLASSES, Z, Y, X) without a
// header, LABELS becomes int16. Prints a line of JSON; the peak includes the logits.
#include <fmt/core.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "inference/export.h"
#include "perf/measure.h"

int main(int argc, char** argv) {
  using namespace voxarena;
  if (argc != 9) return 2;
  const std::int64_t classes = std::atoll(argv[3]);
  Volume<float> logits(classes, perf::triple<std::int64_t>(argv[4]));
  perf::read_values(argv[1], logits.values);

  CaseProperties properties;
  properties.geometry.spacing = perf::triple<double>(argv[6]);
  properties.shape_before_cropping = perf::triple<std::int64_t>(argv[5]);
  properties.shape_after_cropping = properties.shape_before_cropping;
  properties.crop = {{0, 0, 0}, properties.shape_before_cropping};
  Configuration configuration;
  configuration.spacing.assign(3, std::atof(argv[7]));
  configuration.patch_size.assign(3, 1);
  Json names = {{"background", 0}};
  for (std::int64_t k = 1; k < classes; ++k) names[fmt::format("class {}", k)] = k;
  const Labels labels = Labels::from_dataset_json({{"labels", names}}, "label_export");

  const perf::Stopwatch watch;
  const LabelImage image =
      export_labels(logits, properties, Plans{}, configuration, labels, std::atoi(argv[8]));
  fmt::print("{}\n", watch.json());
  perf::write_values(argv[2], image.voxels.values);
}
