// Plans → JSON, keys in the order in which nnU-Net writes them.
#include <cmath>
#include <nlohmann/json.hpp>

#include "voxarena/plan/intensity_json.h"
#include "voxarena/plan/plans.h"

namespace voxarena {
namespace {

constexpr const char* kResampling = "resample_data_or_seg_to_shape";

Json resampling_kwargs(const Resampling& how, bool is_seg) {
  Json force = nullptr;
  if (how.force_separate_z >= 0) force = how.force_separate_z == 1;
  return {{"is_seg", is_seg},
          {"order", how.order},
          {"order_z", how.order_z},
          {"force_separate_z", force}};
}

Json architecture_to_json(const Architecture& a, int dimensions) {
  const std::string suffix = std::to_string(dimensions) + "d";
  const bool residual = a.network_class == "ResidualEncoderUNet";
  Json kwargs = {{"n_stages", a.stages()},
                 {"features_per_stage", a.features},
                 {"conv_op", "torch.nn.modules.conv.Conv" + suffix},
                 {"kernel_sizes", a.kernel_sizes},
                 {"strides", a.strides},
                 {residual ? "n_blocks_per_stage" : "n_conv_per_stage", a.blocks_per_stage},
                 {"n_conv_per_stage_decoder", a.convs_per_decoder_stage},
                 {"conv_bias", true},
                 {"norm_op", "torch.nn.modules.instancenorm.InstanceNorm" + suffix},
                 {"norm_op_kwargs", {{"eps", 1e-5}, {"affine", true}}},
                 {"dropout_op", nullptr},
                 {"dropout_op_kwargs", nullptr},
                 {"nonlin", "torch.nn.LeakyReLU"},
                 {"nonlin_kwargs", {{"inplace", true}}}};
  return {
      {"network_class_name", "dynamic_network_architectures.architectures.unet." + a.network_class},
      {"arch_kwargs", std::move(kwargs)},
      {"_kw_requires_import", {"conv_op", "norm_op", "dropout_op", "nonlin"}}};
}

Json configuration_to_json(const Configuration& c) {
  Json out = {{"data_identifier", c.data_identifier},
              {"preprocessor_name", "DefaultPreprocessor"},
              {"batch_size", c.batch_size},
              {"patch_size", c.patch_size},
              {"median_image_size_in_voxels", c.median_image_size},
              {"spacing", c.spacing},
              {"normalization_schemes", c.normalization},
              {"use_mask_for_norm", c.use_mask_for_norm},
              {"resampling_fn_data", kResampling},
              {"resampling_fn_seg", kResampling},
              {"resampling_fn_data_kwargs", resampling_kwargs(c.data, false)},
              {"resampling_fn_seg_kwargs", resampling_kwargs(c.seg, true)},
              {"resampling_fn_probabilities", kResampling},
              {"resampling_fn_probabilities_kwargs", resampling_kwargs(c.probabilities, false)},
              {"architecture", architecture_to_json(c.architecture, c.dimensions())},
              {"batch_dice", c.batch_dice}};
  if (c.next_stages.size() == 1) out["next_stage"] = c.next_stages[0];
  if (c.next_stages.size() > 1) out["next_stage"] = c.next_stages;
  if (!c.previous_stage.empty()) out["previous_stage"] = c.previous_stage;
  return out;
}

// What `child` says differently from the configuration it inherits from.
Json difference(const Json& child, const Json& parent, const std::string& parent_name) {
  Json out = {{"inherits_from", parent_name}};
  for (const auto& [key, value] : child.items()) {
    if (!parent.contains(key) || parent.at(key) != value) out[key] = value;
  }
  return out;
}

Json parent_to_json(const Plans& plans, const std::string& name) {
  for (const PartialConfiguration& c : plans.partial_configurations) {
    if (c.name == name) return parse_json(c.resolved_json, name);
  }
  return configuration_to_json(plans.configuration(name));
}

}  // namespace

Json to_json(const Plans& plans) {
  Json configurations = Json::object();
  for (const PartialConfiguration& c : plans.partial_configurations)
    configurations[c.name] = parse_json(c.json, c.name);
  for (const Configuration& c : plans.configurations) {
    const Json whole = configuration_to_json(c);
    const bool inherits = !c.inherits_from.empty() && plans.has(c.inherits_from);
    configurations[c.name] =
        inherits ? difference(whole, parent_to_json(plans, c.inherits_from), c.inherits_from)
                 : whole;
  }
  Json median_shape = Json::array();
  for (const double n : plans.original_median_shape) median_shape.push_back(std::llrint(n));
  return {{"dataset_name", plans.dataset_name},
          {"plans_name", plans.plans_name},
          {"original_median_spacing_after_transp", plans.original_median_spacing},
          {"original_median_shape_after_transp", median_shape},
          {"image_reader_writer", plans.image_reader_writer},
          {"transpose_forward", plans.transpose_forward},
          {"transpose_backward", plans.transpose_backward},
          {"configurations", std::move(configurations)},
          {"experiment_planner_used", plans.experiment_planner},
          {"label_manager", "LabelManager"},
          {"foreground_intensity_properties_per_channel", intensities_to_json(plans.intensities)}};
}

}  // namespace voxarena
