#include "preprocessing/case_preprocessor.h"

#include <optional>

#include "preprocessing/case_checks.h"
#include "preprocessing/class_locations.h"
#include "preprocessing/cropping.h"
#include "preprocessing/normalization.h"
#include "preprocessing/resampling.h"
#include "preprocessing/transposition.h"

namespace voxarena {
namespace {

// A 2-D configuration keeps the distance of the slices.
Spacing target_spacing(const Configuration& configuration, const Spacing& current) {
  const std::vector<double>& s = configuration.spacing;
  return s.size() == 2 ? Spacing{current[0], s[0], s[1]} : Spacing{s[0], s[1], s[2]};
}

}  // namespace

PreprocessedCase preprocess_case(const Image& image, const LabelImage* label, const Plans& plans,
                                 const Configuration& configuration, const Labels& labels) {
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
  if (label != nullptr) {
    properties.class_locations = class_locations(out.seg, labels);
    properties.location_labels = location_labels(labels);
  }
  return out;
}

}  // namespace voxarena
