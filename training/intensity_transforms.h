// Intensity transforms of batchgeneratorsv2, each on the voxels of one channel, in place.
#pragma once

#include <array>
#include <span>

#include "voxarena/core/random.h"
#include "voxarena/data/volume.h"

namespace voxarena {

// Adds Gaussian noise of standard deviation `sigma`.
void add_noise(std::span<float> voxels, double sigma, CounterRandom& random);

// Separable Gaussian blur of a channel of `size`; sigma in voxels per axis, 0 = not along this
// axis. The kernel has the odd number of taps nearest to 6 sigma + 0.5; edges are reflected.
void blur(std::span<float> voxels, const Extent& size, const std::array<double, 3>& sigma);
std::vector<float> blur_kernel(double sigma);

void multiply_brightness(std::span<float> voxels, float factor);

// Stretches about the mean; the result stays within the range the channel had.
void change_contrast(std::span<float> voxels, float factor);

// Power law on the channel normalised to [0, 1]; mean and standard deviation are restored.
// `inverted` works on the negative image.
void change_gamma(std::span<float> voxels, float gamma, bool inverted);

}  // namespace voxarena
