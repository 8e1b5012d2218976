// JSON → Plans: nnU-Net's newest form, configurations that inherit from others, and the form
// written before 2.4.
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "voxarena/core/error.h"
#include "voxarena/plan/intensity_json.h"
#include "voxarena/plan/plans.h"

namespace voxarena {
namespace {

using Sizes = std::vector<std::int64_t>;

std::string last_component(const std::string& dotted) {
  return dotted.substr(dotted.rfind('.') + 1);
}

// Keys of the parents first, overridden key by key by the child.
Json resolve_inheritance(const JsonField& configurations, const std::string& name,
                         std::vector<std::string> visited) {
  if (std::find(visited.begin(), visited.end(), name) != visited.end()) {
    throw configurations[name].broken("inherits from itself");
  }
  visited.push_back(name);
  const JsonField own = configurations[name];
  if (!own.has("inherits_from")) return own.json();
  Json out = resolve_inheritance(configurations, own["inherits_from"].as<std::string>(),
                                 std::move(visited));
  for (const auto& [key, value] : own.json().items()) out[key] = value;
  return out;
}

Resampling resampling(const JsonField& configuration, const std::string& what) {
  const JsonField function = configuration["resampling_fn_" + what];
  if (function.as<std::string>() != "resample_data_or_seg_to_shape") {
    throw function.broken("is a resampling function that VoxArena does not have");
  }
  const JsonField kwargs = configuration["resampling_fn_" + what + "_kwargs"];
  Resampling out{.order = kwargs["order"].as<int>(), .order_z = 0, .force_separate_z = -1};
  if (kwargs.has("order_z")) out.order_z = kwargs["order_z"].as<int>();
  if (kwargs.has("force_separate_z"))
    out.force_separate_z = kwargs["force_separate_z"].as<bool>() ? 1 : 0;
  return out;
}

// Per stage and axis; a single number holds for all stages or all axes.
std::vector<Sizes> sizes(const JsonField& lists, std::size_t stages, std::size_t dimensions) {
  if (lists.json().is_number())
    return std::vector<Sizes>(stages, Sizes(dimensions, lists.as<std::int64_t>()));
  return lists.map([&](const JsonField& entry) {
    auto out =
        entry.json().is_array() ? entry.as<Sizes>() : Sizes(dimensions, entry.as<std::int64_t>());
    if (out.size() != dimensions)
      throw entry.broken(fmt::format("must have {} entries", dimensions));
    return out;
  });
}

std::vector<int> counts(const JsonField& list, std::size_t stages) {
  auto out = list.json().is_array() ? list.as<std::vector<int>>()
                                    : std::vector<int>(stages, list.as<int>());
  if (out.size() != stages) throw list.broken(fmt::format("must have {} entries", stages));
  return out;
}

void check_stages(const JsonField& where, const Architecture& a) {
  const auto stages = a.features.size();
  if (stages == 0 || a.kernel_sizes.size() != stages || a.strides.size() != stages) {
    throw where.broken("must name features, kernel sizes and strides for the same stages");
  }
}

// Networks are built with these layers: plans that ask for others would be trained as something
// else.
void check_layers(const JsonField& kwargs) {
  const std::string hint =
      "VoxArena's networks have nnU-Net's own instance norm, leaky ReLU and biases only";
  const auto must_be = [&](const char* key, const std::string& wanted) {
    if (kwargs.has(key) && !last_component(kwargs[key].as<std::string>()).starts_with(wanted))
      throw kwargs[key].broken(fmt::format("must be {}", wanted), hint);
  };
  must_be("norm_op", "InstanceNorm");
  must_be("nonlin", "LeakyReLU");
  if (kwargs.has("dropout_op")) throw kwargs["dropout_op"].broken("must be null", hint);
  if (kwargs.has("conv_bias") && !kwargs["conv_bias"].as<bool>())
    throw kwargs["conv_bias"].broken("must be true", hint);
  const auto number_must_be = [&](const char* group, const char* key, double wanted) {
    if (!kwargs.has(group) || !kwargs[group].has(key)) return;
    if (kwargs[group][key].as<double>() != wanted)
      throw kwargs[group][key].broken(fmt::format("must be {}", wanted), hint);
  };
  number_must_be("norm_op_kwargs", "eps", 1e-5);
  number_must_be("nonlin_kwargs", "negative_slope", 0.01);
  if (kwargs.has("norm_op_kwargs") && kwargs["norm_op_kwargs"].has("affine") &&
      !kwargs["norm_op_kwargs"]["affine"].as<bool>()) {
    throw kwargs["norm_op_kwargs"]["affine"].broken("must be true", hint);
  }
}

Architecture architecture(const JsonField& json, std::size_t dimensions) {
  const JsonField kwargs = json["arch_kwargs"];
  Architecture out;
  out.network_class = last_component(json["network_class_name"].as<std::string>());
  out.features = kwargs["features_per_stage"].as<Sizes>();
  out.kernel_sizes = sizes(kwargs["kernel_sizes"], out.features.size(), dimensions);
  out.strides = sizes(kwargs["strides"], out.features.size(), dimensions);
  check_stages(kwargs, out);
  check_layers(kwargs);
  const bool blocks = kwargs.has("n_blocks_per_stage");
  out.blocks_per_stage =
      counts(kwargs[blocks ? "n_blocks_per_stage" : "n_conv_per_stage"], out.features.size());
  out.convs_per_decoder_stage = counts(kwargs["n_conv_per_stage_decoder"], out.features.size() - 1);
  return out;
}

Architecture architecture_before_2_4(const JsonField& c, std::size_t dimensions) {
  Architecture out;
  out.network_class = c["UNet_class_name"].as<std::string>();
  if (out.network_class != "PlainConvUNet" && out.network_class != "ResidualEncoderUNet")
    throw c["UNet_class_name"].broken("must be PlainConvUNet or ResidualEncoderUNet");
  out.blocks_per_stage = c["n_conv_per_stage_encoder"].as<std::vector<int>>();
  out.kernel_sizes = sizes(c["conv_kernel_sizes"], out.blocks_per_stage.size(), dimensions);
  out.strides = sizes(c["pool_op_kernel_sizes"], out.blocks_per_stage.size(), dimensions);
  const auto most = c["unet_max_num_features"].as<std::int64_t>();
  std::int64_t features = c["UNet_base_num_features"].as<std::int64_t>();
  for (std::size_t i = 0; i < out.blocks_per_stage.size(); ++i, features *= 2) {
    out.features.push_back(std::min(most, features));
    features = out.features.back();
  }
  check_stages(c, out);
  out.convs_per_decoder_stage = counts(c["n_conv_per_stage_decoder"], out.features.size() - 1);
  return out;
}

Configuration configuration(const std::string& name, const JsonField& json, std::size_t channels) {
  Configuration out;
  out.name = name;
  if (json.has("preprocessor_name") &&
      json["preprocessor_name"].as<std::string>() != "DefaultPreprocessor") {
    throw json["preprocessor_name"].broken("must be DefaultPreprocessor: VoxArena has no other");
  }
  out.data_identifier = json["data_identifier"].as<std::string>();
  out.batch_size = json["batch_size"].as<std::int64_t>();
  out.patch_size = json["patch_size"].as<Sizes>();
  out.median_image_size = json["median_image_size_in_voxels"].as<std::vector<double>>();
  out.spacing = json["spacing"].as<std::vector<double>>();
  const std::size_t dimensions = out.patch_size.size();
  if (dimensions != 2 && dimensions != 3)
    throw json["patch_size"].broken("must have 2 or 3 entries");
  if (out.spacing.size() != dimensions)
    throw json["spacing"].broken("must have as many entries as 'patch_size'");
  if (std::any_of(out.spacing.begin(), out.spacing.end(), [](double s) { return !(s > 0); })) {
    throw json["spacing"].broken("must be positive");
  }
  out.normalization = json["normalization_schemes"].as<std::vector<std::string>>();
  out.use_mask_for_norm = json["use_mask_for_norm"].as<std::vector<bool>>();
  for (const char* key : {"normalization_schemes", "use_mask_for_norm"}) {
    if (json[key].json().size() != channels)
      throw json[key].broken(fmt::format("must have {} entries", channels));
  }
  out.data = resampling(json, "data");
  out.seg = resampling(json, "seg");
  out.probabilities = resampling(json, "probabilities");
  out.architecture = json.has("architecture") ? architecture(json["architecture"], dimensions)
                                              : architecture_before_2_4(json, dimensions);
  out.batch_dice = json["batch_dice"].as<bool>();
  if (json.has("next_stage")) {
    const JsonField next = json["next_stage"];
    out.next_stages = next.json().is_string() ? std::vector{next.as<std::string>()}
                                              : next.as<std::vector<std::string>>();
  }
  if (json.has("previous_stage")) out.previous_stage = json["previous_stage"].as<std::string>();
  if (json.has("inherits_from")) out.inherits_from = json["inherits_from"].as<std::string>();
  return out;
}

}  // namespace

Plans plans_from_json(const Json& json, const std::string& source) {
  const JsonField root(json, source);
  Plans out;
  out.dataset_name = root["dataset_name"].as<std::string>();
  out.plans_name = root["plans_name"].as<std::string>();
  out.original_median_spacing = root["original_median_spacing_after_transp"].as<Spacing>();
  out.original_median_shape =
      root["original_median_shape_after_transp"].as<std::array<double, 3>>();
  out.image_reader_writer = root["image_reader_writer"].as<std::string>();
  out.transpose_forward = root["transpose_forward"].as<std::array<int, 3>>();
  for (int axis = 0; axis < 3; ++axis) {
    const auto at = std::find(out.transpose_forward.begin(), out.transpose_forward.end(), axis);
    if (at == out.transpose_forward.end())
      throw root["transpose_forward"].broken("must be an order of 0, 1, 2");
    out.transpose_backward[static_cast<std::size_t>(axis)] =
        static_cast<int>(at - out.transpose_forward.begin());
  }
  out.experiment_planner = root["experiment_planner_used"].as<std::string>();
  const bool old_name = !root.has("foreground_intensity_properties_per_channel") &&
                        root.has("foreground_intensity_properties_by_modality");
  out.intensities =
      intensities_from_json(root[old_name ? "foreground_intensity_properties_by_modality"
                                          : "foreground_intensity_properties_per_channel"]);

  const JsonField configurations = root["configurations"];
  for (const auto& [name, ignored] : configurations.json().items()) {
    Json resolved = configurations[name].json();
    try {
      resolved = resolve_inheritance(configurations, name, {});
      out.configurations.push_back(configuration(
          name, JsonField(resolved, source, "configurations." + name), out.intensities.size()));
    } catch (const Error& error) {
      out.partial_configurations.push_back({name, json_text(configurations[name].json()),
                                            json_text(resolved), error.what(), error.hint()});
    }
  }
  return out;
}

}  // namespace voxarena
