// nnU-Net's training augmentation: what may happen to a patch, what was drawn for one, and its
// application.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "training/spatial_transform.h"
#include "voxarena/core/random.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// Probabilities and ranges. The default does nothing; nnunet_augmentation() gives nnU-Net's.
struct Augmentation {
  bool planar =
      false;  // slices are rotated, scaled and coarsened as 2-D: 2-D configurations and "dummy 2-D"
  double p_rotation = 0, max_rotation = 0;  // radians, about every axis
  double p_scaling = 0, min_scale = 0.7, max_scale = 1.4;
  double p_noise = 0, max_noise = 0.1;
  double p_blur = 0, p_blur_channel = 0.5, min_blur = 0.5, max_blur = 1.0;  // sigma in voxels
  double p_brightness = 0, min_brightness = 0.75, max_brightness = 1.25;
  double p_contrast = 0, min_contrast = 0.75, max_contrast = 1.25;
  double p_low_resolution = 0, p_low_resolution_channel = 0.5, min_low_resolution = 0.5;
  double p_gamma_inverted = 0, p_gamma = 0, min_gamma = 0.7, max_gamma = 1.5;
  std::array<bool, 3> mirror{};  // axes (z, y, x) that may be mirrored
  // Of a cascade's channels alone (training/one_hot_transforms.h); radii in voxels, the largest
  // part of a patch that a removed component may have.
  double p_binary_operator = 0, p_binary_operator_label = 0.5, min_radius = 1, max_radius = 8;
  double p_remove_component = 0, p_remove_component_label = 0.5, largest_component = 0.15;
};

// nnU-Net's choice for a patch of `dimensions` (2: patch z = 1); `mirror_axes` counts the
// configuration's axes.
Augmentation nnunet_augmentation(const Extent& patch, int dimensions,
                                 const std::vector<int>& mirror_axes);

// Size of the loader patch: holds the patch rotated by the largest angle about any one axis,
// divided by 0.85.
Extent initial_patch(const Extent& patch, const Augmentation& augmentation);

// What was drawn for one sample. Lists have one entry per channel; an empty list means: not
// applied.
struct AugmentationDraw {
  SpatialDraw spatial;
  double noise = 0;                          // standard deviation
  std::vector<std::array<double, 3>> blur;   // sigma per axis, 0 = not this channel
  std::vector<float> brightness, contrast;   // factors
  std::vector<double> low_resolution;        // scale, 1 = not this channel
  std::vector<float> gamma_inverted, gamma;  // exponents
  std::array<bool, 3> mirror{};
};

// What a stream of random numbers is for.
enum class Draw : std::uint8_t {
  patch,
  spatial,
  noise,
  noise_voxels,
  blur,
  brightness,
  contrast,
  low_resolution,
  gamma_inverted,
  gamma,
  mirror,
  binary_operator,
  remove_component
};

// A stream of random numbers per transform, so that one transform's draws do not shift another's.
struct SampleStream {
  std::uint64_t seed = 0, purpose = 0, fold = 0, iteration = 0, sample = 0;

  CounterRandom random(Draw draw) const {
    return {seed, {purpose, fold, iteration, sample, static_cast<std::uint64_t>(draw)}};
  }
};

AugmentationDraw draw_augmentation(const Augmentation& augmentation, std::int64_t channels,
                                   const SampleStream& stream);

// All intensity transforms in nnU-Net's order; `noise` gives the Gaussian noise. `planar` keeps the
// resolution along z.
void apply_intensity(const AugmentationDraw& draw, bool planar, CounterRandom noise,
                     Volume<float>& image);

// The last steps, on the way to the batch: mirrors, sets image channels with `mask` to 0 where the
// label is -1, and writes label -1 as 0. `image_out` holds C * Z * Y * X values, `target_out` Z * Y
// * X.
void write_sample(const Volume<float>& image, const Volume<std::int16_t>& labels,
                  const std::array<bool, 3>& mirror, const std::vector<bool>& mask,
                  float* image_out, std::int64_t* target_out);

}  // namespace voxarena
