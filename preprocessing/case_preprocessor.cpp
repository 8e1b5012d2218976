#include "preprocessing/case_preprocessor.h"

#include <fmt/core.h>

#include <optional>

#include "preprocessing/case_checks.h"
#include "preprocessing/class_locations.h"
#include "preprocessing/cropping.h"
#include "preprocessing/normalization.h"
#include "preprocessing/resampling.h"
#include "preprocessing/transposition.h"
#include "voxarena/core/error.h"
#include "voxarena/plan/input_channels.h"

namespace voxarena {
namespace {

PreprocessedCase preprocess_voxels(const Image& image, const LabelImage* label, const Plans& plans,
                                   const Configuration& configuration) {
  check_case(image, label, static_cast<std::int64_t>(configuration.normalization.size()));
  const Volume<float> voxels = transposed(image.voxels, plans.transpose_forward);
  std::optional<Volume<std::int16_t>> reference;
  if (label != nullptr) reference = transposed(label->voxels, plans.transpose_forward);

  PreprocessedCase out;
  CaseProperties& properties = out.properties;
  properties.geometry = image.geometry;
  const Spacing spacing = transposed(image.geometry.spacing, plans.transpose_forward);
  properties.shape_before_cropping = voxels.size;

  Cropped crop = crop_to_nonzero(voxels, reference ? &*reference : nullptr);
  properties.crop = crop.box;
  properties.shape_after_cropping = crop.image.size;

  // Normalisation comes first: afterwards the mask of the nonzero region would no longer fit the
  // image exactly.
  normalize(crop.image, crop.seg, configuration, plans.intensities);

  const Spacing target = target_spacing(configuration, spacing);
  const Extent shape = resampled_shape(crop.image.size, spacing, target);
  out.data = resample_data(std::move(crop.image), shape, spacing, target, configuration.data);
  out.seg = resample_seg(std::move(crop.seg), shape, spacing, target, configuration.seg);
  return out;
}

void check_previous_stage(const Image& image, const LabelImage& previous, const Labels& labels) {
  try {
    if (previous.voxels.size != image.voxels.size) throw Error::input("they have another size");
    check_label(image, previous, labels);
  } catch (const Error& error) {
    throw Error::input(fmt::format("labels of the previous stage: {}", error.what()),
                       "they must be predicted for this image");
  }
}

}  // namespace

PreprocessedCase preprocess_case(const Image& image, const LabelImage* label, const Plans& plans,
                                 const Configuration& configuration, const Labels& labels) {
  PreprocessedCase out = preprocess_voxels(image, label, plans, configuration);
  if (label != nullptr) {
    out.properties.class_locations = class_locations(out.seg, labels);
    out.properties.location_labels = location_labels(labels);
  }
  return out;
}

PreprocessedCase preprocess_for_prediction(const Image& image, const LabelImage* previous,
                                           const Plans& plans, const Configuration& configuration,
                                           const Labels& labels) {
  if (previous != nullptr) check_previous_stage(image, *previous, labels);
  PreprocessedCase out = preprocess_voxels(image, previous, plans, configuration);
  if (previous != nullptr) {
    append_previous_stage(out.seg, previous_stage_channels(configuration, labels), out.data);
  }
  return out;
}

void append_previous_stage(const Volume<std::int16_t>& previous, std::int64_t count,
                           Volume<float>& image) {
  const std::int64_t length = image.voxels_per_channel(), first = image.channels;
  image.channels += count;
  image.values.resize(static_cast<std::size_t>(image.channels * length), 0.0F);
  const std::int16_t* label = previous.channel(0);
  for (std::int64_t i = 0; i < length; ++i) {
    if (label[i] > 0 && label[i] <= count) image.channel(first + label[i] - 1)[i] = 1.0F;
  }
}

}  // namespace voxarena
