#include "preprocessing/memory_needs.h"

#include <algorithm>

#include "preprocessing/resampling.h"
#include "preprocessing/transposition.h"
#include "voxarena/data/image_file.h"

namespace voxarena {
namespace {

constexpr std::int64_t kImage = sizeof(float), kLabel = sizeof(std::int16_t);

std::int64_t channels_of(const RawCase& raw, const ImageFile& first) {
  return first.channels * static_cast<std::int64_t>(raw.images.size());
}

Extent preprocessed_size(const ImageFile& header, const Plans& plans,
                         const Configuration& configuration) {
  const Spacing current = transposed(header.geometry.spacing, plans.transpose_forward);
  return resampled_shape(transposed(header.size, plans.transpose_forward), current,
                         target_spacing(configuration, current));
}

}  // namespace

std::int64_t fingerprint_memory(const RawCase& raw) {
  const ImageFile header = read_image_header(raw.images.front());
  // The image, its crop and the foreground's intensities; labels, their crop and the mask.
  return voxels(header.size) * (channels_of(raw, header) * 3 * kImage + 3 * kLabel);
}

std::int64_t preprocessing_memory(const RawCase& raw, const Plans& plans,
                                  const Configuration& configuration) {
  const ImageFile header = read_image_header(raw.images.front());
  const std::int64_t before = voxels(header.size);
  const std::int64_t after = voxels(preprocessed_size(header, plans, configuration));
  const std::int64_t channels = channels_of(raw, header);
  // As read, transposed and cropped; resampled and packed; doubles between two passes of a channel.
  return before * 3 * (channels * kImage + kLabel) + after * 2 * (channels * kImage + kLabel) +
         2 * std::max(before, after) * static_cast<std::int64_t>(sizeof(double));
}

std::int64_t prediction_memory(const RawCase& raw, const Plans& plans,
                               const Configuration& configuration, std::int64_t classes) {
  const ImageFile header = read_image_header(raw.images.front());
  const std::int64_t after = voxels(preprocessed_size(header, plans, configuration));
  // The image, sums of logits with and without padding, and their weights; the labels.
  const std::int64_t network = after * (channels_of(raw, header) + 2 * classes + 1) * kImage +
                               voxels(header.size) * 2 * kLabel;
  return std::max(preprocessing_memory(raw, plans, configuration), network);
}

}  // namespace voxarena
