// From spacing and patch to strides and kernels of a U-Net: nnU-Net's rules for where to pool.
#pragma once

#include <cstdint>
#include <vector>

namespace voxarena {

struct Architecture;

struct Topology {
  std::vector<std::vector<std::int64_t>>
      strides;  // per stage and axis; the first stage does not pool
  std::vector<std::vector<std::int64_t>> kernels;
  std::vector<std::int64_t> patch;    // padded to multiples of `divisor`
  std::vector<std::int64_t> divisor;  // per axis: product of the strides

  std::size_t stages() const { return strides.size(); }
};

// No feature map gets shorter than this through pooling.
inline constexpr std::int64_t kShortestFeatureMap = 4;

// Per axis: `spacing` in mm, `patch` in voxels (a median shape may end in .5).
Topology derive_topology(const std::vector<double>& spacing, const std::vector<double>& patch);

// Channels per stage: base · 2^stage, at most `most`.
std::vector<std::int64_t> features_per_stage(std::size_t stages, std::int64_t base,
                                             std::int64_t most);

// Elements of all feature maps of a U-Net (PlainConvUNet or ResidualEncoderUNet) for a batch of
// one: nnU-Net's measure of memory. The features, blocks and decoder convolutions of `architecture`
// count, for the stages of `topology`.
double feature_map_elements(const Topology& topology, const Architecture& architecture,
                            std::int64_t classes);

// The axis with the largest ratio of patch to median image size, the last one of equals; only axes
// that `allowed` marks. -1 if there is none.
int most_covering_axis(const std::vector<std::int64_t>& patch,
                       const std::vector<double>& median_size, const std::vector<bool>& allowed);

// One step of shrinking: the patch loses a multiple of the divisor along `axis` and the topology is
// derived anew. Subtracting the current divisor could jump over valid sizes (256 → 192 without
// 224), so the divisor of the next smaller patch counts. The result's patch may be empty along
// `axis`: then the axis was at its minimum.
std::vector<std::int64_t> shrink(const std::vector<double>& spacing, const Topology& topology,
                                 int axis);

}  // namespace voxarena
