#include "training/sample_maker.h"

#include <fmt/core.h>

#include <cstddef>

#include "training/one_hot_transforms.h"
#include "training/patch_sampler.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

Centre choose_centre(const LoaderOptions& options, std::int64_t sample) {
  if (forces_foreground(sample, options.batch_size, options.oversample)) return Centre::foreground;
  return options.has_ignore_label ? Centre::annotated : Centre::anywhere;
}

}  // namespace

void make_sample(const LoaderOptions& options, const Extent& initial, const PatchSources& sources,
                 std::int64_t iteration, std::int64_t sample, PatchBatch& batch) {
  const SampleStream stream{options.seed, static_cast<std::uint64_t>(options.purpose), options.fold,
                            static_cast<std::uint64_t>(iteration),
                            static_cast<std::uint64_t>(sample)};
  CounterRandom random = stream.random(Draw::patch);
  const auto chosen = random.integer(0, static_cast<std::int64_t>(sources.size()) - 1);
  const PatchSource& source = *sources[static_cast<std::size_t>(chosen)];
  const Box box = draw_box(source.size(), source.class_locations(), initial, options.patch,
                           choose_centre(options, sample), random);
  const AugmentationDraw draw = draw_augmentation(options.augmentation, source.channels(), stream);

  const SpatialFrame frame{initial, options.patch, options.augmentation.planar};
  const Box window = needed_window(draw.spatial, frame);
  Box read;
  for (std::size_t d = 0; d < 3; ++d) {
    read.lo[d] = box.lo[d] + window.lo[d];
    read.hi[d] = box.lo[d] + window.hi[d];
  }
  Volume<float> image = source.read_data(read);
  Volume<std::int16_t> labels = source.read_seg(read);
  transform_image(draw.spatial, frame, window, image);
  transform_labels(draw.spatial, frame, window, labels);
  apply_intensity(draw, options.augmentation.planar, stream.random(Draw::noise_voxels), image);

  const std::int64_t count = voxels(options.patch);
  float* out = batch.image.data() + sample * batch.channels * count;
  write_sample(image, labels, draw.mirror, options.use_mask_for_norm, out,
               batch.target.data() + sample * count);
  if (options.previous_labels == 0) return;
  if (labels.channels != 2)
    throw Error::internal(fmt::format("case {}: is without its previous stage", source.id()));
  write_one_hot(labels.channel(1), labels.size, options.previous_labels, draw.mirror,
                draw_one_hot(options.augmentation, options.previous_labels, stream),
                options.augmentation.largest_component, out + image.channels * count);
}

}  // namespace voxarena
