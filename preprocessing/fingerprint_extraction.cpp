#include "preprocessing/fingerprint_extraction.h"

#include <fmt/core.h>

#include <utility>

#include "preprocessing/case_checks.h"
#include "preprocessing/cropping.h"
#include "preprocessing/intensity_samples.h"
#include "preprocessing/memory_needs.h"
#include "preprocessing/percentile.h"
#include "voxarena/core/error.h"
#include "voxarena/core/memory.h"
#include "voxarena/core/parallel.h"
#include "voxarena/data/image_io.h"
#include "voxarena/data/image_reader.h"

namespace voxarena {
namespace {

constexpr std::int64_t kSamples = 100'000'000;  // intensities per channel, over all cases

struct CaseFacts {
  Extent shape_after_crop{};
  Spacing spacing{};
  double relative_size = 1;
  std::vector<std::vector<WeightedValue>> intensities;  // per channel
};

CaseFacts measure(const RawCase& raw, const RawDataset& dataset, std::int64_t draws,
                  const RunContext& context) {
  const std::int64_t channels = dataset.channels();
  const Image image = read_image(raw.images, dataset.reader);
  const LabelImage label = read_label(raw.label, dataset.reader);
  check_case(image, &label, channels);
  check_label(image, label, dataset.labels);
  const std::string place = compare_origin_and_direction(image.geometry, label.geometry);
  if (!place.empty())
    context.warn(fmt::format("case {}: image and label differ: {}", raw.id, place));
  const Cropped crop = crop_to_nonzero(image.voxels, &label.voxels);

  std::vector<std::vector<float>> foreground(static_cast<std::size_t>(channels));
  for (std::int64_t c = 0; c < channels; ++c) {
    const float* values = crop.image.channel(c);
    for (std::size_t i = 0; i < crop.seg.values.size(); ++i) {
      if (crop.seg.values[i] > 0) foreground[static_cast<std::size_t>(c)].push_back(values[i]);
    }
  }
  const double before = static_cast<double>(voxels(image.voxels.size));
  return {.shape_after_crop = crop.image.size,
          .spacing = image.geometry.spacing,
          .relative_size = static_cast<double>(voxels(crop.image.size)) / before,
          .intensities = sample_intensities(foreground, draws)};
}

}  // namespace

Fingerprint extract_fingerprint(const RawDataset& dataset, const RunContext& context) {
  const std::size_t count = dataset.cases.size();
  if (count == 0) {
    throw Error::input(fmt::format("{}: there are no training cases", dataset.name),
                       "fill imagesTr and labelsTr");
  }
  if (!dataset.unknown_reader.empty())
    context.warn(
        fmt::format("{}: overwrite_image_reader_writer names '{}', which is unknown: {} reads",
                    dataset.name, dataset.unknown_reader, name_of(dataset.reader)));
  std::vector<CaseFacts> facts(count);
  const std::int64_t draws = kSamples / static_cast<std::int64_t>(count);
  Progress progress = context.progress("fingerprint", static_cast<std::int64_t>(count));
  MemoryBudget memory(context.memory);
  parallel_for(static_cast<std::int64_t>(count), context.threads, [&](std::int64_t i) {
    context.check_interrupt();
    const RawCase& raw = dataset.cases[static_cast<std::size_t>(i)];
    naming_case(raw.id, [&] {
      const auto share = memory.take("fingerprint", fingerprint_memory(raw));
      facts[static_cast<std::size_t>(i)] = measure(raw, dataset, draws, context);
    });
    progress.advance();
  });

  Fingerprint out;
  std::vector<double> relative_sizes;
  std::vector<std::vector<WeightedValue>> intensities(static_cast<std::size_t>(dataset.channels()));
  for (CaseFacts& one : facts) {
    out.shapes_after_crop.push_back(one.shape_after_crop);
    out.spacings.push_back(one.spacing);
    relative_sizes.push_back(one.relative_size);
    for (std::size_t c = 0; c < intensities.size(); ++c) {
      const std::vector<WeightedValue> samples = std::exchange(one.intensities[c], {});
      intensities[c].insert(intensities[c].end(), samples.begin(), samples.end());
    }
  }
  out.median_relative_size_after_cropping = median(std::move(relative_sizes));
  for (auto& samples : intensities)
    out.intensities.push_back(intensity_statistics(std::move(samples)));
  return out;
}

}  // namespace voxarena
