#include "inference/postprocessing.h"

#include <algorithm>

#include "preprocessing/components.h"
#include "voxarena/core/files.h"
#include "voxarena/core/parallel.h"
#include "voxarena/core/progress.h"
#include "voxarena/data/case_listing.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

namespace fs = std::filesystem;

void keep_largest(const KeepLargest& step, Volume<std::int16_t>& labels) {
  std::vector<std::uint8_t> mask(labels.values.size());
  std::ranges::transform(labels.values, mask.begin(), [&](std::int16_t value) {
    return std::ranges::find(step.labels, value) != step.labels.end() ? 1 : 0;
  });
  const Components components = connected_components(mask, labels.size);
  if (components.sizes.size() < 2) return;
  const std::int64_t largest = std::ranges::max(components.sizes);
  for (std::size_t row = 0; row + 1 < components.row_start.size(); ++row) {
    std::int16_t* line = labels.values.data() + static_cast<std::int64_t>(row) * labels.size[2];
    for (std::size_t i = components.row_start[row]; i < components.row_start[row + 1]; ++i) {
      const Components::Run& run = components.runs[i];
      if (components.sizes[static_cast<std::size_t>(run.component)] == largest) continue;
      std::fill(line + run.first, line + run.last + 1, static_cast<std::int16_t>(step.background));
    }
  }
}

}  // namespace

void apply_postprocessing(const Postprocessing& steps, Volume<std::int16_t>& labels) {
  for (const KeepLargest& step : steps) keep_largest(step, labels);
}

void postprocess_folder(const fs::path& input, const fs::path& output,
                        const std::string& file_ending, const Postprocessing& steps,
                        const RunContext& context) {
  const std::vector<std::string> cases = list_label_files(input, file_ending);
  make_folder(output);
  remove_temporary_files(output, /*below=*/false);
  Progress progress = context.progress("postprocess", static_cast<std::int64_t>(cases.size()));
  parallel_for(static_cast<std::int64_t>(cases.size()), context.threads, [&](std::int64_t i) {
    context.check_interrupt();
    const std::string name = cases[static_cast<std::size_t>(i)] + file_ending;
    LabelImage image = read_label(input / name);
    apply_postprocessing(steps, image.voxels);
    write_label(output / name, image);
    progress.advance(1, name);
  });
}

}  // namespace voxarena
