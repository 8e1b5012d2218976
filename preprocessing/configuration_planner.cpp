#include "preprocessing/configuration_planner.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "preprocessing/rounding.h"
#include "preprocessing/topology.h"
#include "voxarena/core/error.h"

namespace voxarena {
namespace {

double volume(const std::vector<std::int64_t>& values) {
  double out = 1;
  for (const std::int64_t v : values) out *= static_cast<double>(v);
  return out;
}

// A patch of the image's proportions, about as large as 256³ (2048² in 2-D) but not larger than the
// image.
std::vector<double> initial_patch(const std::vector<double>& spacing,
                                  const std::vector<double>& median_shape) {
  const auto dimensions = static_cast<double>(spacing.size());
  double density = 1;
  for (const double s : spacing) density *= 1 / s;
  const double volume = spacing.size() == 2 ? 2048.0 * 2048.0 : 256.0 * 256.0 * 256.0;
  const double scale = std::pow(volume / density, 1 / dimensions);
  std::vector<double> patch;
  for (std::size_t a = 0; a < spacing.size(); ++a) {
    patch.push_back(std::min(std::nearbyint(1 / spacing[a] * scale), median_shape[a]));
  }
  return patch;
}

std::string normalization_scheme(std::string channel) {
  std::transform(channel.begin(), channel.end(), channel.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  if (channel == "ct") return "CTNormalization";
  if (channel == "nonorm") return "NoNormalization";
  if (channel == "rescale_to_0_1") return "RescaleTo01Normalization";
  if (channel == "rgb_to_0_1") return "RGBTo01Normalization";
  return "ZScoreNormalization";
}

}  // namespace

Configuration ConfigurationPlanner::plan(const std::string& name,
                                         const std::vector<double>& spacing,
                                         const std::vector<double>& median_shape,
                                         double dataset_voxels) const {
  const bool flat = spacing.size() == 2;
  const PlannerSettings::Reference& reference =
      flat ? settings_.reference_2d : settings_.reference_3d;
  Topology topology = derive_topology(spacing, initial_patch(spacing, median_shape));
  Architecture architecture;
  architecture.network_class = settings_.network_class;
  const auto estimate_memory = [&] {
    const std::size_t stages = topology.stages();
    architecture.features =
        features_per_stage(stages, settings_.base_features, reference.most_features);
    architecture.blocks_per_stage = settings_.blocks_per_stage;
    architecture.blocks_per_stage.resize(stages, settings_.blocks_per_stage.back());
    architecture.convs_per_decoder_stage.assign(stages - 1, settings_.convs_per_decoder_stage);
    return feature_map_elements(topology, architecture, input_.label_keys);
  };

  double estimate = estimate_memory();
  const double target =
      reference.feature_map_elements * (settings_.memory / settings_.reference_memory);
  const auto batch = static_cast<double>(reference.batch_size);
  const auto is_too_large = [&] {
    if (settings_.fits_reference_batch) return estimate > target;
    return estimate / batch * static_cast<double>(settings_.least_batch_size) > target;
  };
  while (is_too_large()) {
    const int axis =
        most_covering_axis(topology.patch, median_shape, std::vector<bool>(spacing.size(), true));
    const std::vector<std::int64_t> smaller = shrink(spacing, topology, axis);
    if (smaller[static_cast<std::size_t>(axis)] < 1) {
      throw Error::input(
          fmt::format("{}: no patch of configuration {} fits into the planner's memory target",
                      input_.dataset_name, name),
          "look for a wrong spacing or size in the fingerprint");
    }
    topology = derive_topology(spacing, {smaller.begin(), smaller.end()});
    estimate = estimate_memory();
  }
  architecture.kernel_sizes = topology.kernels;
  architecture.strides = topology.strides;

  Configuration out;
  out.name = name;
  const bool shared = !settings_.shares_data_of.empty() && name != "3d_lowres";
  out.data_identifier = (shared ? settings_.shares_data_of : settings_.plans_name) + "_" + name;
  out.patch_size = topology.patch;
  out.median_image_size = median_shape;
  out.spacing = spacing;
  out.architecture = std::move(architecture);
  // A batch shows at most a small part of the data set.
  const std::int64_t covering =
      round_half_even(dataset_voxels * settings_.most_dataset_covered / volume(out.patch_size));
  out.batch_size = std::max(std::min(round_half_even(target / estimate * batch), covering),
                            settings_.least_batch_size);
  for (const std::string& channel : input_.channel_names) {
    out.normalization.push_back(normalization_scheme(channel));
    out.use_mask_for_norm.push_back(relative_size_after_cropping_ < 0.75 &&
                                    out.normalization.back() == "ZScoreNormalization");
  }
  return out;
}

}  // namespace voxarena
