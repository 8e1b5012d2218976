#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "preprocessing/planner.h"
#include "preprocessing/topology.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

std::int64_t edge_product(const std::vector<std::int64_t>& values) {
  std::int64_t out = 1;
  for (const std::int64_t v : values) out *= v;
  return out;
}

// Shrinks the patch by the planner's steps until it has at most `most` voxels. Axes that cannot get
// smaller without losing their last feature map are left alone.
Topology fit_patch(const Configuration& configuration, const Budget& budget) {
  const std::vector<double>& spacing = configuration.spacing;
  Topology topology =
      derive_topology(spacing, {configuration.patch_size.begin(), configuration.patch_size.end()});
  std::vector<bool> can_shrink(spacing.size(), true);
  while (edge_product(topology.patch) > budget.patch_voxels) {
    const int axis =
        most_covering_axis(topology.patch, configuration.median_image_size, can_shrink);
    if (axis < 0) {
      throw Error::input(
          fmt::format(
              "budget '{}': patch_voxels = {} is too small for {}: the smallest patch has {} ({})",
              budget.name, budget.patch_voxels, configuration.name, edge_product(topology.patch),
              fmt::join(topology.patch, " x ")),
          "raise patch_voxels in the protocol");
    }
    const auto a = static_cast<std::size_t>(axis);
    const std::vector<std::int64_t> smaller = shrink(spacing, topology, axis);
    if (smaller[a] < kShortestFeatureMap) {
      can_shrink[a] = false;
      continue;
    }
    Topology next = derive_topology(spacing, {smaller.begin(), smaller.end()});
    if (next.stages() < 2) {  // a U-Net has at least one level
      can_shrink[a] = false;
      continue;
    }
    topology = std::move(next);
  }
  return topology;
}

// The first `stages` entries.
template <class T>
std::vector<T> first(const std::vector<T>& values, std::size_t stages) {
  return {values.begin(),
          values.begin() + static_cast<std::ptrdiff_t>(std::min(stages, values.size()))};
}

}  // namespace

Plan fit_to_budget(const Plans& plans, const std::string& configuration, std::int64_t channels,
                   std::int64_t classes, const Budget& budget) {
  Plan out{.channels = channels,
           .classes = classes,
           .configuration = plans.configuration(configuration)};
  Configuration& fitted = out.configuration;
  Architecture& architecture = fitted.architecture;

  if (budget.patch_voxels > 0 && edge_product(fitted.patch_size) > budget.patch_voxels) {
    const Topology topology = fit_patch(fitted, budget);
    const std::size_t stages = std::min(topology.stages(), architecture.features.size());
    fitted.patch_size = topology.patch;
    architecture.strides = first(topology.strides, stages);
    architecture.kernel_sizes = first(topology.kernels, stages);
    architecture.kernel_sizes.back() = topology.kernels.back();
    architecture.features = first(architecture.features, stages);
    architecture.blocks_per_stage = first(architecture.blocks_per_stage, stages);
    architecture.convs_per_decoder_stage = first(architecture.convs_per_decoder_stage, stages - 1);
  }
  if (budget.batch_size > 0) fitted.batch_size = std::min(fitted.batch_size, budget.batch_size);
  if (budget.base_features > 0) {
    const PlannerSettings settings;
    const auto most =
        (fitted.dimensions() == 2 ? settings.reference_2d : settings.reference_3d).most_features;
    architecture.features =
        features_per_stage(architecture.features.size(), budget.base_features, most);
  }
  return out;
}

}  // namespace voxarena
