#include "inference/probabilities.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "inference/logit_slices.h"
#include "voxarena/core/error.h"
#include "voxarena/core/parallel.h"

namespace voxarena {
namespace {

// values[k][i] are logits of class k; become probabilities.
void softmax(std::vector<std::vector<float>>& values) {
  std::vector<float> largest = values.front(), sum(largest.size(), 0.0F);
  for (const auto& of_class : values) {
    for (std::size_t i = 0; i < sum.size(); ++i) largest[i] = std::max(largest[i], of_class[i]);
  }
  for (auto& of_class : values) {
    for (std::size_t i = 0; i < sum.size(); ++i) {
      of_class[i] = std::exp(of_class[i] - largest[i]);
      sum[i] += of_class[i];
    }
  }
  for (auto& of_class : values) {
    for (std::size_t i = 0; i < sum.size(); ++i) of_class[i] /= sum[i];
  }
}

void sigmoid(std::vector<std::vector<float>>& values) {
  for (auto& of_region : values) {
    for (float& value : of_region) value = 1.0F / (1.0F + std::exp(-value));
  }
}

}  // namespace

Volume<float> export_probabilities(const Volume<float>& logits, const CaseProperties& properties,
                                   const Plans& plans, const Configuration& configuration,
                                   const Labels& labels, int threads) {
  const LogitGrid grid = logit_grid(logits, properties, plans, configuration, labels);
  const FilePlace place = file_place(properties, plans);
  const Extent& shape = properties.shape_after_cropping;
  Volume<float> result(logits.channels, place.size);
  if (!labels.has_regions()) std::fill_n(result.channel(0), result.voxels_per_channel(), 1.0F);
  parallel_for(shape[0], threads, [&](std::int64_t z) {
    SliceInterpolator interpolator(grid);
    std::vector<std::vector<float>> values;
    for (std::int64_t k = 0; k < logits.channels; ++k) values.push_back(interpolator.slice(k, z));
    labels.has_regions() ? sigmoid(values) : softmax(values);
    for (std::int64_t k = 0; k < logits.channels; ++k) {
      const float* from = values[static_cast<std::size_t>(k)].data();
      for (std::int64_t y = 0; y < shape[1]; ++y) {
        float* to = result.channel(k) + place.row(z, y);
        for (std::int64_t x = 0; x < shape[2]; ++x) to[x * place.stride[2]] = *from++;
      }
    }
  });
  return result;
}

Volume<std::int16_t> most_likely_labels(const Volume<float>& probabilities, const Labels& labels,
                                        int threads) {
  if (probabilities.channels != labels.heads()) {
    throw Error::input(fmt::format("probabilities are of {} classes, the data set has {}",
                                   probabilities.channels, labels.heads()),
                       "are they of this data set?");
  }
  Volume<std::int16_t> result(1, probabilities.size);
  const std::int64_t plane = result.size[1] * result.size[2];
  parallel_for(result.size[0], threads, [&](std::int64_t z) {
    std::int16_t* out = result.channel(0) + z * plane;
    std::vector<float> best(static_cast<std::size_t>(plane), 0.5F);
    if (!labels.has_regions())
      std::copy_n(probabilities.channel(0) + z * plane, plane, best.begin());
    for (std::int64_t k = labels.has_regions() ? 0 : 1; k < probabilities.channels; ++k) {
      const float* values = probabilities.channel(k) + z * plane;
      const auto label = static_cast<std::int16_t>(
          labels.has_regions() ? labels.regions_class_order()[static_cast<std::size_t>(k)] : k);
      for (std::int64_t i = 0; i < plane; ++i) {
        if (!(values[i] > best[static_cast<std::size_t>(i)])) continue;
        out[i] = label;
        if (!labels.has_regions()) best[static_cast<std::size_t>(i)] = values[i];
      }
    }
  });
  return result;
}

}  // namespace voxarena
