#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "voxarena/core/error.h"
#include "voxarena/core/parallel.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/raw_dataset.h"

namespace voxarena {
namespace {

struct Findings {
  std::vector<std::string> errors, warnings;
};

void check_label_values(const RawCase& one, const LabelImage& label, const Labels& labels,
                        Findings& out) {
  const std::set<int> present(label.voxels.values.begin(), label.voxels.values.end());
  for (const int value : present) {
    if (labels.is_declared(value)) continue;
    out.errors.push_back(fmt::format("{}: label value {} is not declared in dataset.json",
                                     one.label.string(), value));
  }
}

void check_case(const RawDataset& dataset, const RawCase& one, Findings& out) {
  const Image image = read_image(one.images, dataset.reader);
  if (image.voxels.channels != dataset.channels()) {
    out.errors.push_back(fmt::format("{}: has {} channel(s), dataset.json declares {}",
                                     one.images.front().string(), image.voxels.channels,
                                     dataset.channels()));
  }
  const LabelImage label = read_label(one.label, dataset.reader);
  check_label_values(one, label, dataset.labels, out);
  const std::string where = fmt::format("{}: image and label differ: ", one.label.string());
  if (image.voxels.size != label.voxels.size) {
    out.errors.push_back(fmt::format("{}size ({}) and ({})", where,
                                     fmt::join(image.voxels.size, ", "),
                                     fmt::join(label.voxels.size, ", ")));
  }
  const std::string spacing = compare_spacing(image.geometry, label.geometry);
  if (!spacing.empty()) out.errors.push_back(where + spacing);
  const std::string place = compare_origin_and_direction(image.geometry, label.geometry);
  if (!place.empty()) out.warnings.push_back(where + place);
}

}  // namespace

void verify_dataset(const RawDataset& dataset, const RunContext& context) {
  std::vector<Findings> findings(dataset.cases.size());
  Progress progress = context.progress("verify", static_cast<std::int64_t>(dataset.cases.size()));
  parallel_for(static_cast<std::int64_t>(dataset.cases.size()), context.threads,
               [&](std::int64_t i) {
                 context.check_interrupt();
                 const auto index = static_cast<std::size_t>(i);
                 try {
                   check_case(dataset, dataset.cases[index], findings[index]);
                 } catch (const Error& error) {
                   findings[index].errors.emplace_back(error.what());
                 }
                 progress.advance();
               });
  constexpr std::size_t kShown = 20;
  std::vector<std::string> errors;
  for (const Findings& one : findings) {
    for (const std::string& text : one.warnings) context.warn(text);
    errors.insert(errors.end(), one.errors.begin(), one.errors.end());
  }
  if (errors.empty()) return;
  const std::size_t hidden = errors.size() - std::min(errors.size(), kShown);
  errors.resize(std::min(errors.size(), kShown));
  std::string text = fmt::format("{}", fmt::join(errors, "\n"));
  if (hidden > 0) text += fmt::format("\n... and {} more", hidden);
  throw Error::input(text, "correct these files and start again");
}

}  // namespace voxarena
