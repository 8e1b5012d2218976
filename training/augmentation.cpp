#include "training/augmentation.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "training/intensity_transforms.h"
#include "training/low_resolution.h"
#include "voxarena/plan/plans.h"

namespace voxarena {
namespace {

// Patches longer than this times their z size are augmented slice by slice (nnU-Net's
// ANISO_THRESHOLD).

// batchgenerators' BGContrast: as often below 1 as above it.
double around_one(CounterRandom& random, double low, double high) {
  return random.chance(0.5) ? random.uniform(low, 1) : random.uniform(1, high);
}

// One factor per channel with probability `p`, else none.
std::vector<float> draw_factors(CounterRandom random, double p, double low, double high,
                                std::int64_t channels) {
  std::vector<float> factors;
  if (!random.chance(p)) return factors;
  for (std::int64_t c = 0; c < channels; ++c)
    factors.push_back(static_cast<float>(around_one(random, low, high)));
  return factors;
}

SpatialDraw draw_spatial(const Augmentation& options, CounterRandom random) {
  SpatialDraw draw;
  draw.rotate = random.chance(options.p_rotation);
  draw.rescale = random.chance(options.p_scaling);
  if (draw.rotate) {
    for (double& angle : draw.angles)
      angle = random.uniform(-options.max_rotation, options.max_rotation);
  }
  if (draw.rescale) draw.scale = random.uniform(options.min_scale, options.max_scale);
  return draw;
}

}  // namespace

Augmentation nnunet_augmentation(const Extent& patch, int dimensions,
                                 const std::vector<int>& mirror_axes) {
  constexpr double kDegree = std::numbers::pi / 180;
  Augmentation options;
  const auto longest = static_cast<double>(std::ranges::max(patch));
  if (dimensions == 2) {
    const auto shortest = static_cast<double>(std::min(patch[1], patch[2]));
    options.planar = true;
    options.max_rotation = (longest / shortest > 1.5 ? 15 : 180) * kDegree;
  } else {
    options.planar = longest / static_cast<double>(patch[0]) > kAnisotropy;
    options.max_rotation = (options.planar ? 180 : 30) * kDegree;
  }
  options.p_rotation = 0.2;
  options.p_scaling = 0.2;
  options.p_noise = 0.1;
  options.p_blur = 0.2;
  options.p_brightness = 0.15;
  options.p_contrast = 0.15;
  options.p_low_resolution = 0.25;
  options.p_gamma_inverted = 0.1;
  options.p_gamma = 0.3;
  options.p_binary_operator = 0.4;
  options.p_remove_component = 0.2;
  for (const int axis : mirror_axes)
    options.mirror.at(static_cast<std::size_t>(axis + 3 - dimensions)) = true;
  return options;
}

Extent initial_patch(const Extent& patch, const Augmentation& augmentation) {
  if (augmentation.p_rotation <= 0 && augmentation.p_scaling <= 0) return patch;
  const double angle = std::min(augmentation.max_rotation, std::numbers::pi / 2);
  const double cosine = std::cos(angle), sine = std::sin(angle);
  const std::array<double, 3> p = {static_cast<double>(patch[0]), static_cast<double>(patch[1]),
                                   static_cast<double>(patch[2])};
  std::array<double, 3> size = p;
  // The vector of the patch, turned in the plane of axes a and b.
  const auto turn = [&](std::size_t a, std::size_t b) {
    size[a] = std::max(size[a], std::abs(p[a] * cosine + p[b] * sine));
    size[b] = std::max(size[b], std::abs(p[b] * cosine - p[a] * sine));
  };
  turn(1, 2);
  if (!augmentation.planar || patch[0] > 1) {
    turn(2, 0);
    turn(0, 1);
  }
  Extent initial;
  for (std::size_t d = 0; d < 3; ++d) initial[d] = static_cast<std::int64_t>(size[d] / 0.85);
  if (augmentation.planar) initial[0] = patch[0];
  return initial;
}

AugmentationDraw draw_augmentation(const Augmentation& options, std::int64_t channels,
                                   const SampleStream& stream) {
  AugmentationDraw draw;
  draw.spatial = draw_spatial(options, stream.random(Draw::spatial));

  CounterRandom noise = stream.random(Draw::noise);
  if (noise.chance(options.p_noise)) draw.noise = noise.uniform(0, options.max_noise);

  CounterRandom blurring = stream.random(Draw::blur);
  if (blurring.chance(options.p_blur)) {
    for (std::int64_t c = 0; c < channels; ++c) {
      auto& sigma = draw.blur.emplace_back();
      if (!blurring.chance(options.p_blur_channel)) continue;
      for (double& s : sigma) s = blurring.uniform(options.min_blur, options.max_blur);
    }
  }
  draw.brightness = draw_factors(stream.random(Draw::brightness), options.p_brightness,
                                 options.min_brightness, options.max_brightness, channels);
  draw.contrast = draw_factors(stream.random(Draw::contrast), options.p_contrast,
                               options.min_contrast, options.max_contrast, channels);

  CounterRandom coarse = stream.random(Draw::low_resolution);
  if (coarse.chance(options.p_low_resolution)) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const bool chosen = coarse.chance(options.p_low_resolution_channel);
      draw.low_resolution.push_back(chosen ? coarse.uniform(options.min_low_resolution, 1) : 1);
    }
  }
  draw.gamma_inverted = draw_factors(stream.random(Draw::gamma_inverted), options.p_gamma_inverted,
                                     options.min_gamma, options.max_gamma, channels);
  draw.gamma = draw_factors(stream.random(Draw::gamma), options.p_gamma, options.min_gamma,
                            options.max_gamma, channels);

  CounterRandom mirror = stream.random(Draw::mirror);
  for (std::size_t axis = 0; axis < 3; ++axis)
    draw.mirror[axis] = mirror.chance(0.5) && options.mirror[axis];
  return draw;
}

void apply_intensity(const AugmentationDraw& draw, bool planar, CounterRandom noise,
                     Volume<float>& image) {
  for (std::int64_t c = 0; c < image.channels; ++c) {
    const auto channel = static_cast<std::size_t>(c);
    const std::span<float> voxels(image.channel(c),
                                  static_cast<std::size_t>(image.voxels_per_channel()));
    if (draw.noise > 0) add_noise(voxels, draw.noise, noise);
    if (!draw.blur.empty()) blur(voxels, image.size, draw.blur[channel]);
    if (!draw.brightness.empty()) multiply_brightness(voxels, draw.brightness[channel]);
    if (!draw.contrast.empty()) change_contrast(voxels, draw.contrast[channel]);
    if (!draw.low_resolution.empty() && draw.low_resolution[channel] < 1) {
      const double scale = draw.low_resolution[channel];
      simulate_low_resolution(voxels, image.size, {planar ? 1 : scale, scale, scale});
    }
    if (!draw.gamma_inverted.empty()) change_gamma(voxels, draw.gamma_inverted[channel], true);
    if (!draw.gamma.empty()) change_gamma(voxels, draw.gamma[channel], false);
  }
}

void write_sample(const Volume<float>& image, const Volume<std::int16_t>& labels,
                  const std::array<bool, 3>& mirror, const std::vector<bool>& mask,
                  float* image_out, std::int64_t* target_out) {
  const Extent& size = labels.size;
  const std::int64_t count = voxels(size);
  const auto copy_line = [&](const auto* in, auto* out, auto convert) {
    if (mirror[2]) {
      for (std::int64_t i = 0; i < size[2]; ++i) out[i] = convert(in[size[2] - 1 - i]);
    } else {
      for (std::int64_t i = 0; i < size[2]; ++i) out[i] = convert(in[i]);
    }
  };
  for (std::int64_t z = 0; z < size[0]; ++z) {
    for (std::int64_t y = 0; y < size[1]; ++y) {
      const std::int64_t from_z = mirror[0] ? size[0] - 1 - z : z;
      const std::int64_t from_y = mirror[1] ? size[1] - 1 - y : y;
      const std::int64_t from = (from_z * size[1] + from_y) * size[2];
      const std::int64_t to = (z * size[1] + y) * size[2];
      std::int64_t* target = target_out + to;
      copy_line(labels.channel(0) + from, target,
                [](std::int16_t v) { return static_cast<std::int64_t>(v); });
      for (std::int64_t c = 0; c < image.channels; ++c) {
        float* out = image_out + c * count + to;
        copy_line(image.channel(c) + from, out, [](float v) { return v; });
        if (static_cast<std::size_t>(c) < mask.size() && mask[static_cast<std::size_t>(c)]) {
          for (std::int64_t i = 0; i < size[2]; ++i) out[i] = target[i] < 0 ? 0.0F : out[i];
        }
      }
      for (std::int64_t i = 0; i < size[2]; ++i) target[i] = target[i] == -1 ? 0 : target[i];
    }
  }
}

}  // namespace voxarena
