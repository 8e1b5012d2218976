#include "preprocessing/topology.h"

#include <algorithm>
#include <cmath>

#include "voxarena/plan/plans.h"

namespace voxarena {
namespace {

// Axes that the next stage halves; empty when the network is deep enough.
std::vector<std::size_t> axes_to_pool(const std::vector<double>& spacing,
                                      const std::vector<double>& size) {
  std::vector<std::size_t> long_enough;
  for (std::size_t a = 0; a < size.size(); ++a) {
    if (size[a] >= 2.0 * kShortestFeatureMap) long_enough.push_back(a);
  }
  if (long_enough.empty()) return {};
  double finest = spacing[long_enough[0]];
  for (const std::size_t a : long_enough) finest = std::min(finest, spacing[a]);
  std::vector<std::size_t> axes;
  for (const std::size_t a : long_enough) {
    if (spacing[a] / finest < 2) axes.push_back(a);
  }
  if (axes.size() == 1 && size[axes[0]] < 3.0 * kShortestFeatureMap) return {};
  return axes;
}

std::int64_t padded_to_multiple(double size, std::int64_t divisor) {
  const auto d = static_cast<double>(divisor);
  return static_cast<std::int64_t>(std::ceil(size / d) * d);
}

std::vector<double> as_double(const std::vector<std::int64_t>& values) {
  return {values.begin(), values.end()};
}

double product(const std::vector<std::int64_t>& values) {
  double out = 1;
  for (const std::int64_t v : values) out *= static_cast<double>(v);
  return out;
}

}  // namespace

Topology derive_topology(const std::vector<double>& spacing, const std::vector<double>& patch) {
  const std::size_t dimensions = spacing.size();
  Topology out;
  out.strides.emplace_back(dimensions, 1);
  out.divisor.assign(dimensions, 1);
  std::vector<double> current_spacing = spacing;
  std::vector<double> size = patch;
  std::vector<std::int64_t> kernel(dimensions, 1);

  for (auto axes = axes_to_pool(current_spacing, size); !axes.empty();
       axes = axes_to_pool(current_spacing, size)) {
    // A kernel stays flat along an axis until the other axes have come within a factor of two of
    // its spacing.
    const double finest = *std::min_element(current_spacing.begin(), current_spacing.end());
    for (std::size_t a = 0; a < dimensions; ++a) {
      if (current_spacing[a] / finest < 2) kernel[a] = 3;
    }
    out.kernels.push_back(kernel);
    std::vector<std::int64_t> stride(dimensions, 1);
    for (const std::size_t a : axes) {
      stride[a] = 2;
      out.divisor[a] *= 2;
      current_spacing[a] *= 2;
      size[a] = std::ceil(size[a] / 2);
    }
    out.strides.push_back(std::move(stride));
  }
  out.kernels.emplace_back(dimensions, 3);  // of the bottleneck
  for (std::size_t a = 0; a < dimensions; ++a)
    out.patch.push_back(padded_to_multiple(patch[a], out.divisor[a]));
  return out;
}

std::vector<std::int64_t> features_per_stage(std::size_t stages, std::int64_t base,
                                             std::int64_t most) {
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < stages; ++i, base = std::min(most, base * 2))
    out.push_back(std::min(most, base));
  return out;
}

double feature_map_elements(const Topology& topology, const Architecture& architecture,
                            std::int64_t classes) {
  const std::size_t stages = topology.stages();
  const bool residual = architecture.network_class == "ResidualEncoderUNet";
  std::vector<double> elements;  // of one feature map per stage, all channels
  std::vector<std::int64_t> size = topology.patch;
  // A network of one stage has no decoder and so no segmentation layer.
  double sum = stages > 1 ? static_cast<double>(classes) * product(size) : 0;
  for (std::size_t s = 0; s < stages; ++s) {
    for (std::size_t a = 0; a < size.size(); ++a) size[a] /= topology.strides[s][a];
    elements.push_back(static_cast<double>(architecture.features[s]) * product(size));
    // A residual block has two convolutions; the stem, or the skip of a first block that changes
    // size or channels, is one more.
    const int blocks = architecture.blocks_per_stage[s];
    sum += (residual ? 2 * blocks + 1 : blocks) * elements[s];
  }
  // A decoder stage has its convolutions and the transposed convolution that leads to it.
  for (std::size_t s = 0; s + 1 < stages; ++s)
    sum += (architecture.convs_per_decoder_stage[stages - 2 - s] + 1) * elements[s];
  return sum;
}

int most_covering_axis(const std::vector<std::int64_t>& patch,
                       const std::vector<double>& median_size, const std::vector<bool>& allowed) {
  int best = -1;
  double most = 0;
  for (std::size_t a = 0; a < patch.size(); ++a) {
    const double ratio = static_cast<double>(patch[a]) / median_size[a];
    if (!allowed[a] || (best >= 0 && ratio < most)) continue;
    best = static_cast<int>(a);
    most = ratio;
  }
  return best;
}

std::vector<std::int64_t> shrink(const std::vector<double>& spacing, const Topology& topology,
                                 int axis) {
  const auto a = static_cast<std::size_t>(axis);
  std::vector<double> next = as_double(topology.patch);
  next[a] -= static_cast<double>(topology.divisor[a]);
  std::vector<std::int64_t> patch = topology.patch;
  patch[a] -= derive_topology(spacing, next).divisor[a];
  return patch;
}

}  // namespace voxarena
