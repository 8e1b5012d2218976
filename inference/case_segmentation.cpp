#include "inference/case_segmentation.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "inference/case_errors.h"
#include "inference/export.h"
#include "voxarena/core/error.h"
#include "voxarena/core/files.h"
#include "voxarena/data/image_io.h"

namespace voxarena {
namespace {

void check_scores(const Volume<float>& scores, const Volume<float>& image, const Labels& labels) {
  if (scores.size == image.size && scores.channels == labels.heads()) return;
  throw Error::internal(
      fmt::format("the method answered with {} x {} x {} x {} scores for an image of {} x {} x {} "
                  "voxels and {} classes",
                  scores.channels, scores.size[0], scores.size[1], scores.size[2], image.size[0],
                  image.size[1], image.size[2], labels.heads()),
      "the fault lies in the plugin");
}

void require_every_class(const SupportSet& supports, const Labels& labels) {
  const auto is_shown = [&](int label) {
    return std::ranges::any_of(supports.cases, [label](const SupportCase& one) {
      return std::ranges::find(one.labels.values, label) != one.labels.values.end();
    });
  };
  for (const LabelEntry& entry : labels.foreground()) {
    if (std::ranges::any_of(entry.values, is_shown)) continue;
    throw Error::input(fmt::format("none of the {} supports shows the class '{}'",
                                   supports.cases.size(), entry.name),
                       "ask for more supports, or draw others with another seed");
  }
}

void require_unseen(const Volume<float>& image, const SupportSet& supports) {
  for (const SupportCase& shown : supports.cases) {
    if (shown.image.size != image.size || shown.image.values != image.values) continue;
    throw Error::input(fmt::format("its image is that of the support {}", shown.id),
                       "the data set holds one image under two names: remove one of them");
  }
}

}  // namespace

SupportSet read_supports(const CaseStore& store, const std::vector<std::string>& supports,
                         const std::vector<std::string>& asked, const Configuration& configuration,
                         const Labels& labels) {
  SupportSet set;
  const std::vector<double>& spacing = configuration.spacing;
  std::ranges::copy(spacing, set.spacing.end() - static_cast<std::ptrdiff_t>(spacing.size()));
  for (const std::string& id : supports) {
    if (std::ranges::find(asked, id) != asked.end()) {
      throw Error::input(fmt::format("case {} is a support and is to be segmented", id),
                         "supports come from the training half of the fold");
    }
    PreprocessedCase one = store.read(id);
    for (std::int16_t& label : one.seg.values)
      if (label < 0 || label == labels.ignore()) label = 0;
    set.cases.push_back({id, std::move(one.data), std::move(one.seg)});
  }
  require_every_class(set, labels);
  return set;
}

PredictionSummary segment_cases(Segmenter& segmenter, const SupportSet& supports,
                                const CaseStore& store, const std::vector<std::string>& ids,
                                const Plans& plans, const Configuration& configuration,
                                const Labels& labels, const PredictionFiles& files,
                                const RunContext& context) {
  const auto start = std::chrono::steady_clock::now();
  make_folder(files.folder);
  remove_temporary_files(files.folder, /*below=*/false);
  PredictionSummary summary;
  Progress progress = context.progress("segment", static_cast<std::int64_t>(ids.size()));
  for (const std::string& id : ids) {
    context.check_interrupt();
    const std::filesystem::path file = files.folder / (id + files.file_ending);
    const bool done = files.resume && std::filesystem::exists(file);
    (done ? summary.skipped : summary.predicted).push_back(id);
    if (!done) {
      name_case(id, [&] {
        const PreprocessedCase one = store.read(id);
        require_unseen(one.data, supports);
        const Volume<float> scores = segmenter.segment(one.data, context);
        check_scores(scores, one.data, labels);
        write_label(file, export_labels(scores, one.properties, plans, configuration, labels,
                                        context.threads));
      });
    }
    progress.advance(1, id);
  }
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return summary;
}

}  // namespace voxarena
