#include "inference/export.h"

#include <algorithm>
#include <cmath>

#include "inference/logit_slices.h"
#include "voxarena/core/parallel.h"

namespace voxarena {
namespace {

// Labels of slice `z`: the class with the largest logit, the lowest of equal ones.
void decide_classes(SliceInterpolator& interpolator, std::int64_t classes, std::int64_t z,
                    std::vector<std::int16_t>& labels) {
  std::vector<float> best = interpolator.slice(0, z);
  std::ranges::fill(labels, std::int16_t{0});
  for (std::int64_t k = 1; k < classes; ++k) {
    const std::vector<float>& values = interpolator.slice(k, z);
    for (std::size_t i = 0; i < best.size(); ++i) {
      const bool larger = values[i] > best[i];
      best[i] = larger ? values[i] : best[i];
      labels[i] = larger ? static_cast<std::int16_t>(k) : labels[i];
    }
  }
}

// Labels of slice `z` from regions: each paints its label where its probability is above one half.
void decide_regions(SliceInterpolator& interpolator, const std::vector<int>& order, std::int64_t z,
                    std::vector<std::int16_t>& labels) {
  std::ranges::fill(labels, std::int16_t{0});
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::vector<float>& values = interpolator.slice(static_cast<std::int64_t>(k), z);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float probability = 1.0F / (1.0F + std::exp(-values[i]));
      if (probability > 0.5F) labels[i] = static_cast<std::int16_t>(order[k]);
    }
  }
}

void decide(SliceInterpolator& interpolator, const LogitGrid& grid, const Labels& labels,
            std::int64_t z, std::vector<std::int16_t>& slice) {
  if (labels.has_regions()) {
    decide_regions(interpolator, labels.regions_class_order(), z, slice);
  } else {
    decide_classes(interpolator, grid.logits.channels, z, slice);
  }
}

}  // namespace

LabelImage export_labels(const Volume<float>& logits, const CaseProperties& properties,
                         const Plans& plans, const Configuration& configuration,
                         const Labels& labels, int threads) {
  const LogitGrid grid = logit_grid(logits, properties, plans, configuration, labels);
  const FilePlace place = file_place(properties, plans);
  const Extent& shape = properties.shape_after_cropping;
  LabelImage result{Volume<std::int16_t>(1, place.size), properties.geometry};
  parallel_for(shape[0], threads, [&](std::int64_t z) {
    SliceInterpolator interpolator(grid);
    std::vector<std::int16_t> slice(static_cast<std::size_t>(shape[1] * shape[2]));
    decide(interpolator, grid, labels, z, slice);
    const std::int16_t* from = slice.data();
    for (std::int64_t y = 0; y < shape[1]; ++y) {
      std::int16_t* to = result.voxels.values.data() + place.row(z, y);
      for (std::int64_t x = 0; x < shape[2]; ++x) to[x * place.stride[2]] = *from++;
    }
  });
  return result;
}

Volume<std::int16_t> next_stage_labels(const Volume<float>& logits, const Extent& size,
                                       const CaseProperties& properties, const Plans& plans,
                                       const Configuration& configuration, const Labels& labels,
                                       int threads) {
  const LogitGrid grid = next_stage_grid(logits, size, properties, plans, configuration, labels);
  Volume<std::int16_t> result(1, size);
  parallel_for(size[0], threads, [&](std::int64_t z) {
    SliceInterpolator interpolator(grid);
    std::vector<std::int16_t> slice(static_cast<std::size_t>(size[1] * size[2]));
    decide(interpolator, grid, labels, z, slice);
    std::ranges::copy(slice, &result.at(0, z, 0, 0));
  });
  return result;
}

}  // namespace voxarena
