#include "preprocessing/normalization.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "voxarena/core/error.h"

namespace voxarena {
namespace {

constexpr float kEpsilon = 1e-8F;

// Statistics and changes cover the voxels that `inside` accepts.
template <class Inside>
void zscore(std::span<float> values, Inside inside) {
  double sum = 0;
  double count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!inside(i)) continue;
    sum += values[i];
    ++count;
  }
  if (count == 0) return;
  const double mean = sum / count;
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (inside(i)) squares += (values[i] - mean) * (values[i] - mean);
  }
  const auto shift = static_cast<float>(mean);
  const float scale = std::max(static_cast<float>(std::sqrt(squares / count)), kEpsilon);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (inside(i)) values[i] = (values[i] - shift) / scale;
  }
}

void ct(std::span<float> values, const ChannelIntensity& intensity) {
  const auto low = static_cast<float>(intensity.percentile_00_5);
  const auto high = static_cast<float>(intensity.percentile_99_5);
  const auto mean = static_cast<float>(intensity.mean);
  const auto scale = static_cast<float>(std::max(intensity.std, 1e-8));
  for (float& v : values) v = (std::min(std::max(v, low), high) - mean) / scale;
}

void rescale_to_01(std::span<float> values) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  const float low = *lowest;
  const float range = std::max(*highest - low, kEpsilon);
  for (float& v : values) v = (v - low) / range;
}

void rgb_to_01(std::span<float> values, std::int64_t channel) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  if (*lowest < 0 || *highest > 255) {
    throw Error::input(
        fmt::format(
            "channel {} has values from {} to {}, but RGBTo01Normalization expects 0 to 255",
            channel, *lowest, *highest),
        "choose another name for this channel in dataset.json, e.g. rescale_to_0_1");
  }
  for (float& v : values) v /= 255.0F;
}

}  // namespace

void normalize(Volume<float>& image, const Volume<std::int16_t>& seg,
               const Configuration& configuration,
               const std::vector<ChannelIntensity>& intensities) {
  for (std::int64_t c = 0; c < image.channels; ++c) {
    const auto index = static_cast<std::size_t>(c);
    const std::span<float> values(image.channel(c),
                                  static_cast<std::size_t>(image.voxels_per_channel()));
    const std::string& scheme = configuration.normalization.at(index);
    if (scheme == "ZScoreNormalization" && configuration.use_mask_for_norm.at(index)) {
      zscore(values, [&](std::size_t i) { return seg.values[i] >= 0; });
    } else if (scheme == "ZScoreNormalization") {
      zscore(values, [](std::size_t) { return true; });
    } else if (scheme == "CTNormalization") {
      ct(values, intensities.at(index));
    } else if (scheme == "RescaleTo01Normalization") {
      rescale_to_01(values);
    } else if (scheme == "RGBTo01Normalization") {
      rgb_to_01(values, c);
    } else if (scheme != "NoNormalization") {
      throw Error::input(
          fmt::format("normalization scheme '{}' of channel {} is unknown", scheme, c),
          "use ZScore-, CT-, RescaleTo01-, RGBTo01- or NoNormalization in the plans");
    }
  }
}

}  // namespace voxarena
